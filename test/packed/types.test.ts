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
  describe.skipIf(!tsc.available)(`strict, and library files are checked too${tsc.note}`, () => {
    test.each(RESOLUTIONS)(
      "compiles the types with module %s, resolved as %s",
      async (module, resolution) => {
        // Exits with 1, and so fails the test, when it finds an error.
        await run(
          process.execPath,
          tsc.path,
          "-p",
          "types",
          "--module",
          module,
          "--moduleResolution",
          resolution,
        );
      },
    );
  });
});
