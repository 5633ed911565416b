import { describe } from "vitest";
import { testRuntime } from "./harness/runtime.ts";
import { tool } from "./harness/tools.ts";

const deno = tool("@deno/linux-x64-glibc/deno");

describe.skipIf(!deno.available)(`Deno${deno.note}`, () => {
  testRuntime(deno.path, "run", "--allow-read", "--no-lock", "--cached-only");
});
