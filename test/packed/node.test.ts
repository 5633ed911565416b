import { describe } from "vitest";
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
