import { afterEach, expect, test } from "vitest";
import type { LockFailureAction } from "../../src/lock/index.ts";
import { bootMachine, MEMORY_BYTES, settle } from "../v86/machine.ts";
import type { Machine } from "../v86/machine.ts";

const FRAMES = MEMORY_BYTES / 4096;

let at: Machine;
afterEach(() => at.guest.destroy());

test.each<LockFailureAction>(["degrade", "withhold", "needs-reset"])(
  "a machine that the host restarts when a lock fails, and then answers %s, has an empty balloon and owes no ballooned frame",
  async (action) => {
    let restarts = 0;
    at = await bootMachine({
      onLockFailure: () => {
        if (restarts++ === 0) at.guest.emulator.restart();
        return action;
      },
    });
    await settle(at, 1000);
    at.host.lockLimit = at.host.lockedFrames + 100;
    at.balloon.target = 0;
    for (const end = Date.now() + 5000; restarts === 0 && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(restarts).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { balloonedFrames: ballooned, accepted, withheld, owedFrames } = at.balloon.counters();
    expect({ ballooned, accepted, withheld }).toEqual({ ballooned: 0, accepted: [], withheld: false });
    // Frames that are not locked are recorded as such, and can be locked again.
    expect(owedFrames).toBe(FRAMES - at.host.lockedFrames);
    at.host.lockLimit = Infinity;
    while (at.balloon.device.retryLocks() > 0);
    expect(at.host.lockedFrames).toBe(FRAMES);
  },
  30_000,
);
