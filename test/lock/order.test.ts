import { beforeEach, describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { RecordingHost, ZeroingHost } from "../../src/host/index.ts";
import type { HostMemory } from "../../src/host/index.ts";
import { LockPolicy } from "../../src/lock/index.ts";
import { Runs } from "../../src/tracker/index.ts";

const FRAMES = 64;
const runs = (...pairs: number[]): Runs => new Runs(Uint32Array.from(pairs));
const policyOn = (host: HostMemory): LockPolicy =>
  new LockPolicy({ host, frames: FRAMES, onLockFailure: "degrade" });

/** A policy that lets no page go unlocked. */
const strict = (): LockPolicy => new LockPolicy({ host, frames: FRAMES, onLockFailure: "needs-reset" });

let host: RecordingHost;
let policy: LockPolicy;
const calls = (): string[] => host.calls.map(({ call, first, frames }) => `${call} ${first}+${frames}`);

beforeEach(() => {
  host = new RecordingHost({ frames: FRAMES });
  policy = policyOn(host);
  policy.enabled = true;
});

describe("a driver that tells the host", () => {
  test("inflates: every run is unlocked, then discarded, with one call for each run", () => {
    policy.inflate(runs(3, 2, 10, 4));
    expect(calls()).toEqual(["unlock 3+2", "unlock 10+4", "discard 3+2", "discard 10+4"]);
  });

  test("deflates: every run is locked, and nothing else is done (DEV-O2)", () => {
    policy.inflate(runs(3, 2, 10, 4));
    host.calls.length = 0;
    expect(policy.deflate(runs(3, 2, 11, 1))).toBe("acknowledge");
    expect(calls()).toEqual(["lock 3+2", "lock 11+1"]);
  });

  test("is reset: its ballooned frames are locked again", () => {
    policy.inflate(runs(3, 2, 10, 4));
    host.calls.length = 0;
    policy.reset(runs(3, 2, 10, 4));
    expect(calls()).toEqual(["lock 3+2", "lock 10+4"]);
    expect(host.lockedFrames).toBe(FRAMES);
  });

  test("loses its device: nothing is called any more, and what is unlocked stays so", () => {
    policy.inflate(runs(3, 2));
    host.calls.length = 0;
    policy.dispose();
    policy.inflate(runs(10, 4));
    policy.deflate(runs(3, 2));
    expect(calls()).toEqual([]);
    expect(host.lockedFrames).toBe(FRAMES - 2);
    expect(policy.counters).toMatchObject({ lockFailures: 1, unlockFailures: 1, lockedRuns: 0 });
  });

  test("is restored: its ballooned frames are unlocked, and not discarded a second time", () => {
    policy.adopt(runs(3, 2, 10, 4));
    expect(calls()).toEqual(["unlock 3+2", "unlock 10+4"]);
  });

  test("gives free pages without a deflate: they are locked again before the driver continues", () => {
    expect(policy.discardFree(runs(3, 2, 9, 1))).toBe(true);
    expect(calls()).toEqual([
      "unlock 3+2",
      "discard 3+2",
      "lock 3+2",
      "unlock 9+1",
      "discard 9+1",
      "lock 9+1",
    ]);
  });

  test("gives free pages that cannot be locked again: they are owed, and the policy decides", () => {
    host.failCall(2);
    expect(policy.discardFree(runs(3, 2))).toBe(true);
    expect(policy.owedFrames).toBe(2);
    host.failCall(2);
    expect(strict().discardFree(runs(20, 3))).toBe(false);
    expect(host.lockedFrames).toBe(FRAMES - 5);
  });

  test("gives free pages that cannot be unlocked: they are left alone", () => {
    host.failCall(0, "EINVAL");
    expect(policy.discardFree(runs(3, 2))).toBe(true);
    expect(calls()).toEqual(["unlock 3+2"]);
    expect(host.lockedFrames).toBe(FRAMES);
  });
});

describe("a driver that may be silent, on pinned memory,", () => {
  test("is the default until a negotiation says otherwise", () => {
    expect(policyOn(host)).toMatchObject({ enabled: false, active: false });
  });

  test('gets no host call at all: "we cannot do the munlock/mlock"', () => {
    policy.enabled = false;
    policy.inflate(runs(3, 2));
    expect(policy.deflate(runs(3, 2))).toBe("acknowledge");
    policy.reset(runs(3, 2));
    policy.adopt(runs(3, 2));
    expect(calls()).toEqual([]);
    expect(policy.active).toBe(false);
  });
});

describe("memory that is not pinned", () => {
  test.each([true, false])("is only discarded, whether the driver tells the host (%s) or not", (enabled) => {
    const ram = new Uint8Array(FRAMES * 4096).fill(1);
    const zeroed: number[] = [];
    const inner = new ZeroingHost(new LinearMemory(() => ram), (start, end) =>
      zeroed.push(start / 4096, end / 4096),
    );
    const refuse = (): never => {
      throw new Error("this memory is not pinned");
    };
    const unpinned: HostMemory = {
      pinned: false,
      lock: refuse,
      unlock: refuse,
      discard: inner.discard.bind(inner),
    };
    policy = policyOn(unpinned);
    policy.enabled = enabled;
    policy.inflate(runs(3, 2, 10, 4));
    expect(zeroed).toEqual([3, 5, 10, 14]);
    expect(policy.deflate(runs(3, 2))).toBe("acknowledge");
    policy.reset(runs(10, 4));
    policy.discardFree(runs(20, 1));
    expect(zeroed).toEqual([3, 5, 10, 14, 20, 21]);
    expect(policy.counters).toMatchObject({ discardedRuns: 3, discardedFrames: 7, lockFailures: 0 });
    expect([policy.owedFrames, policy.keptLockedFrames]).toEqual([0, 0]);
  });
});
