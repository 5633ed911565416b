import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const TIMES = 100;
const MIB = 2 ** 20;

interface Measured {
  readonly excess: readonly number[];
  readonly before: number;
  readonly first: number;
  readonly last: number;
  readonly alive: number;
}

test(`a machine that is compacted ${TIMES} times leaks no memory, and takes at its peak what it keeps`, async () => {
  const child = ["--expose-gc", "test/leak/compact-child.mjs", String(TIMES)];
  const { stdout } = await promisify(execFile)(process.execPath, child);
  const { excess, before, first, last, alive } = JSON.parse(stdout) as Measured;
  expect(alive).toBe(0);
  // 96 of 128 MiB had been touched and given.
  expect((before - first) / MIB).toBeGreaterThan(50);
  expect((last - first) / MIB).toBeLessThan(16);
  // Both memories exist for a moment, but only what is in use is copied. The median, because V8 collects when it likes.
  expect(excess.toSorted((a, b) => a - b)[excess.length >> 1]! / MIB).toBeLessThan(20);
}, 240_000);
