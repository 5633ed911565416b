import { describe, expect, test } from "vitest";
import { expectedOutcome } from "./harness/expected.ts";
import { run } from "./harness/run.ts";
import { testRuntime } from "./harness/runtime.ts";
import { tool } from "./harness/tools.ts";

describe(`the Node that runs the tests, ${process.version}`, () => {
  testRuntime(process.execPath);
});

// Node 20 is the oldest that package.json allows.
describe.each([20, 22, 24])("Node %i", (major) => {
  const node = tool(`node-${major}/bin/node`);
  describe.skipIf(!node.available)(`as npm has it${node.note}`, () => {
    testRuntime(node.path);
  });
});

// V8 has no SIMD in WebAssembly on an x64 processor older than SSE 4.1.
test.runIf(process.arch === "x64")("without SIMD, the plain engine does the same", async () => {
  const { stdout } = await run(process.execPath, "--no-enable-sse4-1", "without-simd.js");
  expect(JSON.parse(stdout)).toEqual({ simd: false, ...expectedOutcome() });
});
