import { describe, expect, test } from "vitest";
import type { HostMemory } from "../../src/host/index.ts";
import { HostCalls } from "../../src/lock/host-calls.ts";

function broken(): never {
  throw new Error("broken");
}

const BROKEN: HostMemory = { pinned: true, unlock: broken, lock: broken, discard: broken, fill: broken };
const FINE: HostMemory = {
  pinned: true,
  unlock: () => undefined,
  lock: () => undefined,
  discard: () => undefined,
};

/** Makes each call once, and returns what failed. */
function callAll(calls: HostCalls): (string | undefined)[] {
  const codes = [calls.unlock(1, 2)?.code, calls.lock(1, 2)?.code];
  calls.discard(1, 2);
  calls.fill(1, 2, 7);
  return codes;
}

describe("host calls", () => {
  test("that throw count as failed", () => {
    const calls = new HostCalls(BROKEN);
    expect(callAll(calls)).toEqual(["EIO", "EIO"]);
    expect(calls.counters).toMatchObject({ unlockFailures: 1, lockFailures: 1, discardFailures: 2 });
    expect(calls.counters).toMatchObject({ unlockedFrames: 0, lockedFrames: 0, discardedFrames: 0 });
  });

  test("do not reach the host of a device that has ended", () => {
    const calls = new HostCalls(BROKEN);
    calls.dispose();
    expect(callAll(calls)).toEqual(["ECANCELED", "ECANCELED"]);
    expect(calls.counters).toMatchObject({ unlockFailures: 1, lockFailures: 1, discardFailures: 2 });
  });

  test("that succeed count their frames, and a host need not fill", () => {
    const calls = new HostCalls(FINE);
    expect(callAll(calls)).toEqual([undefined, undefined]);
    expect(calls.counters).toMatchObject({ unlockedFrames: 2, lockedFrames: 2, discardedFrames: 2 });
    expect(calls.counters).toMatchObject({ unlockFailures: 0, lockFailures: 0, discardFailures: 0 });
  });
});
