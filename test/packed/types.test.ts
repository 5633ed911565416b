import { describe, test } from "vitest";
import { run } from "./harness/run.ts";
import { tool } from "./harness/tools.ts";

const RESOLUTIONS = [
  ["nodenext", "nodenext"],
  ["node16", "node16"],
  ["esnext", "bundler"],
] as const;

describe.each(["5.4", "5.9", "6.0", "7.0"])("TypeScript %s", (version) => {
  const tsc = tool(`typescript-${version}/bin/tsc`);
  /** Exits with 1, and so fails the test, when it finds an error. */
  const compile = (project: string, module: string, resolution: string): Promise<unknown> =>
    run(process.execPath, tsc.path, "-p", project, "--module", module, "--moduleResolution", resolution);

  describe.skipIf(!tsc.available)(`strict, and library files are checked too${tsc.note}`, () => {
    describe.each(RESOLUTIONS)("with module %s, resolved as %s", (module, resolution) => {
      test("compiles the types", async () => {
        await compile("types", module, resolution);
      });

      test("compiles them without the types of the DOM", async () => {
        await compile("types/without-dom.json", module, resolution);
      });
    });
  });
});
