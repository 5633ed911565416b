import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const TIMES = 100;
const MIB = 2 ** 20;

test(`a machine that is compacted ${TIMES} times leaks no memory`, async () => {
  const child = ["--expose-gc", "test/leak/compact-child.mjs", String(TIMES)];
  const { stdout } = await promisify(execFile)(process.execPath, child);
  const { before, first, last, alive } = JSON.parse(stdout) as Record<string, number>;
  expect(alive).toBe(0);
  // 96 of 128 MiB had been touched and given.
  expect((before! - first!) / MIB).toBeGreaterThan(50);
  expect((last! - first!) / MIB).toBeLessThan(16);
}, 240_000);
