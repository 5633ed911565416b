import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { expectedOutcome } from "./harness/expected.ts";
import { run } from "./harness/run.ts";
import { tool } from "./harness/tools.ts";

const { folder } = inject("consumer");
const jest = tool("jest/bin/jest.js");
const babel = tool("babel-jest");
const modules = tool("@babel/plugin-transform-modules-commonjs");

describe.skipIf(!jest.available)(`Jest${jest.note}`, () => {
  test("runs the program with its defaults, which load CommonJS only", async () => {
    const config = {
      rootDir: join(folder, "jest"),
      transform: { "\\.js$": [babel.path, { plugins: [modules.path] }] },
      globals: {
        expectedOutcome: expectedOutcome(),
        expectedRefusal: process.platform === "linux" ? "koffi" : "Linux only",
      },
    };
    const arguments_ = ["--watchman=false", "--runInBand", `--config=${JSON.stringify(config)}`];
    const { stderr } = await run(process.execPath, jest.path, ...arguments_);
    expect(stderr).toMatch(/^Tests: +2 passed, 2 total$/m);
  });
});
