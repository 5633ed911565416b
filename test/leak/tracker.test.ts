import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const TRACKERS = 2e4;
/** A tracker has more than a megabyte of Wasm memory: one leak in two hundred would exceed this. */
const MOST_GROWTH = 64 * 2 ** 20;

/** How much the resident memory of a separate process grew. */
async function growthOf(mode: "disposed" | "dropped"): Promise<number> {
  const child = ["--expose-gc", "test/leak/tracker-child.mjs", mode, String(TRACKERS)];
  const { stdout } = await promisify(execFile)(process.execPath, child);
  const { before, after, frames } = JSON.parse(stdout) as { before: number; after: number; frames: number };
  expect(frames).toBe(TRACKERS);
  return after - before;
}

test.concurrent.each(["disposed", "dropped"] as const)(
  `${TRACKERS} trackers that are %s leak no memory`,
  async (mode) => {
    expect(await growthOf(mode)).toBeLessThan(MOST_GROWTH);
  },
  120_000,
);
