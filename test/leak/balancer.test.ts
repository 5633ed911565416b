import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("a balancer does not keep a process alive", async () => {
  const child = ["test/leak/balancer-child.mjs"];
  const { stdout } = await promisify(execFile)(process.execPath, child, { timeout: 20_000 });
  expect(stdout).toBe(`${2 ** 20}\n`);
});
