import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { ENGINE_MAGIC } from "./harness/engine.ts";
import { filesBelow } from "./harness/files.ts";
import { run } from "./harness/run.ts";
import { tool } from "./harness/tools.ts";

const { folder } = inject("consumer");

const BUNDLERS = {
  Vite: ["vite/bin/vite.js", "build", "negotiation", "--outDir=out-of-vite"],
  webpack: [
    "webpack-cli/bin/cli.js",
    "--mode=production",
    `--context=${join(folder, "negotiation")}`,
    `--output-path=${join(folder, "negotiation/out-of-webpack")}`,
  ],
  esbuild: [
    "esbuild/bin/esbuild",
    "negotiation/src/index.js",
    "--bundle",
    "--minify",
    "--outdir=negotiation/out-of-esbuild",
  ],
};

describe.each(Object.entries(BUNDLERS))("%s", (name, [file, ...args]) => {
  const bundler = tool(file!);
  test.skipIf(!bundler.available)(
    `leaves the engine out if a program does not use it${bundler.note}`,
    async () => {
      await run(process.execPath, bundler.path, ...args);
      const out = join(folder, `negotiation/out-of-${name.toLowerCase()}`);
      const scripts = filesBelow(out).filter((path) => path.endsWith(".js"));
      const code = scripts.map((path) => readFileSync(join(out, path), "utf8")).join("");
      expect(code).toContain("WILL_TELL_HOST");
      expect(code).not.toContain(ENGINE_MAGIC);
      // 1.8 kB of it are the negotiation, 3.2 kB checks of options, 1 kB constants of the rest; bundlers add their loader.
      expect(code.length).toBeLessThan(8500);
    },
  );
});
