import { describe } from "vitest";
import { testRuntime } from "./harness/runtime.ts";
import { tool } from "./harness/tools.ts";

const bun = tool("@oven/bun-linux-x64/bin/bun");

describe.skipIf(!bun.available)(`Bun${bun.note}`, () => {
  testRuntime(bun.path);
});
