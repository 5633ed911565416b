import { describe, expect, test } from "vitest";
import { linux } from "../linux/gate.ts";
import { soak } from "./soak.ts";

const MILLISECONDS = 10_000;
/** What one save may leave behind until the next; the state itself is more than ten times as large. */
const SLACK_BYTES = 8 * 1024 * 1024;

describe.skipIf(!linux.available)(`Linux under memory pressure${linux.note}`, () => {
  test("keeps its files, agrees with the device, and leaves nothing behind over restores", async () => {
    const { rounds, checksums, heap } = await soak({
      milliseconds: MILLISECONDS,
      seed: 1,
      saveEveryMs: 2500,
    });
    expect(checksums).toBe(rounds);
    expect(heap.at(-1)! - heap[0]!).toBeLessThan(SLACK_BYTES);
  }, 300_000);
});
