import { beforeEach, describe, expect, test } from "vitest";
import { RecordingHost } from "../../src/host/index.ts";
import type { HostMemory } from "../../src/host/index.ts";
import { describe as inWords } from "../../src/options/index.ts";
import { checkOnLockFailure, LockPolicy } from "../../src/lock/index.ts";
import { Runs } from "../../src/tracker/index.ts";
import type { LockFailure, OnLockFailure } from "../../src/lock/index.ts";

const FRAMES = 128;
const runs = (...pairs: number[]): Runs => new Runs(Uint32Array.from(pairs));

let host: RecordingHost;
let policy: LockPolicy;
let failures: LockFailure[];
const calls = (): string[] => host.calls.map(({ call, first, frames }) => `${call} ${first}+${frames}`);

/** Frames 0–2, 10–12 and 20–22 are ballooned. */
function release(onLockFailure: OnLockFailure): void {
  failures = [];
  policy = new LockPolicy({
    host,
    frames: FRAMES,
    onLockFailure,
    onFailure: (failure) => failures.push(failure),
  });
  policy.enabled = true;
  policy.inflate(runs(0, 3, 10, 3, 20, 3));
  host.calls.length = 0;
}

beforeEach(() => {
  host = new RecordingHost({ frames: FRAMES });
});

describe("a lock that fails", () => {
  test("degrades: the other runs are locked, the failed run is owed, the batch is acknowledged", () => {
    release("degrade");
    host.failCall(1);
    expect(policy.deflate(runs(0, 3, 10, 3, 20, 3))).toBe("acknowledge");
    expect(calls()).toEqual(["lock 0+3", "lock 10+3", "lock 20+3"]);
    expect([...policy.state().owed]).toEqual([10, 3]);
    expect(host.lockedFrames).toBe(FRAMES - 3);
  });

  test.each(["withhold", "needs-reset"] as const)(
    "%s: the locked runs of the batch are unlocked again",
    (action) => {
      release(action);
      host.failCall(1, "EPERM");
      expect(policy.deflate(runs(0, 3, 10, 3, 20, 3))).toBe(action);
      expect(calls()).toEqual(["lock 0+3", "lock 10+3", "unlock 0+3"]);
      expect(host.lockedFrames).toBe(FRAMES - 9);
      expect([policy.owedFrames, policy.keptLockedFrames]).toEqual([0, 0]);
    },
  );

  test("and whose roll-back fails too leaves frames ballooned that are known to be locked", () => {
    release("withhold");
    host.failCall(2);
    host.failCall(3);
    expect(policy.deflate(runs(0, 3, 10, 3, 20, 3))).toBe("withhold");
    expect(calls()).toEqual(["lock 0+3", "lock 10+3", "lock 20+3", "unlock 0+3", "unlock 10+3"]);
    expect([...policy.state().keptLocked]).toEqual([0, 3]);
    host.calls.length = 0;
    expect(policy.deflate(runs(0, 3, 10, 3, 20, 3), 1)).toBe("acknowledge");
    expect(calls()).toEqual(["lock 10+3", "lock 20+3"]);
    expect([policy.keptLockedFrames, host.lockedFrames]).toEqual([0, FRAMES]);
  });

  test("is passed to the callback with its run, code, message and attempt, before the action is chosen", () => {
    const order: string[] = [];
    failures = [];
    policy = new LockPolicy({
      host,
      frames: FRAMES,
      onFailure: (failure) => {
        failures.push(failure);
        order.push("told");
      },
      onLockFailure: () => {
        order.push("asked");
        return "degrade";
      },
    });
    policy.enabled = true;
    policy.inflate(runs(5, 2));
    host.failCall(0, "EAGAIN");
    policy.deflate(runs(5, 2), 3);
    const message = "lock of 2 frames at 5: EAGAIN";
    expect(failures).toEqual([{ first: 5, frames: 2, code: "EAGAIN", message, attempt: 3 }]);
    expect(order).toEqual(["told", "asked"]);
    expect(policy.counters.lockFailures).toBe(1);
  });
});

describe("a callback that chooses the action", () => {
  test("is called for every failure of a batch, and one withhold undoes its degrades", () => {
    const asked: number[] = [];
    release(({ first }) => (asked.push(first), first === 20 ? "withhold" : "degrade"));
    host.failCall(0);
    host.failCall(2);
    expect(policy.deflate(runs(0, 3, 10, 3, 20, 3))).toBe("withhold");
    expect(asked).toEqual([0, 20]);
    expect(policy.owedFrames).toBe(0);
    expect(host.lockedFrames).toBe(FRAMES - 9);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("a mistake of the embedder");
      },
    ],
    ["returns nothing", () => undefined],
    ["returns nonsense", () => "shrug"],
    ["returns a promise", () => Promise.resolve("degrade")],
  ])("that %s means needs-reset", (_what, callback) => {
    release(callback as unknown as OnLockFailure);
    host.failCall(1);
    expect(policy.deflate(runs(0, 3, 10, 3))).toBe("needs-reset");
    expect(host.lockedFrames).toBe(FRAMES - 9);
  });
});

describe("an unlock that fails", () => {
  test("leaves the run locked and not discarded, and the frames need no lock on the way back", () => {
    policy = new LockPolicy({ host, frames: FRAMES, onLockFailure: "degrade" });
    policy.enabled = true;
    host.failCall(0);
    policy.inflate(runs(0, 3, 10, 3));
    expect(calls()).toEqual(["unlock 0+3", "unlock 10+3", "discard 10+3"]);
    expect([...policy.state().keptLocked]).toEqual([0, 3]);
    host.calls.length = 0;
    policy.deflate(runs(1, 1, 10, 1));
    expect(calls()).toEqual(["lock 10+1"]);
    expect([...policy.state().keptLocked]).toEqual([0, 1, 2, 1]);
    expect(policy.counters.unlockFailures).toBe(1);
  });
});

describe("a run with frames that are already locked", () => {
  /** Frames 0 to 8 are ballooned, but frame 4 is still locked. */
  function releaseAround(onLockFailure: OnLockFailure): void {
    policy = new LockPolicy({ host, frames: FRAMES, onLockFailure });
    policy.enabled = true;
    host.failCall(0);
    policy.inflate(runs(4, 1));
    policy.inflate(runs(0, 4, 5, 4));
    host.calls.length = 0;
  }

  test("is locked on both sides of them", () => {
    releaseAround("withhold");
    expect(policy.deflate(runs(0, 9))).toBe("acknowledge");
    expect(calls()).toEqual(["lock 0+4", "lock 5+4"]);
  });

  test("is given up at the first side that fails", () => {
    releaseAround("withhold");
    host.failCall(0);
    expect(policy.deflate(runs(0, 9))).toBe("withhold");
    expect(calls()).toEqual(["lock 0+4"]);
  });
});

describe("a run with some frames that cannot be unlocked", () => {
  test("is discarded on both sides of them", () => {
    policy = new LockPolicy({ host, frames: FRAMES, onLockFailure: "degrade" });
    policy.enabled = true;
    policy.inflate(runs(3, 1, 8, 1));
    host.failCall(0);
    host.failCall(1);
    policy.deflate(runs(3, 1, 8, 1));
    host.calls.length = 0;
    // Frames 3 and 8 are already unlocked, so there are three runs to unlock.
    host.failCall(1);
    policy.inflate(runs(0, 12));
    expect(calls()).toEqual(["unlock 0+3", "unlock 4+4", "unlock 9+3", "discard 0+4", "discard 8+4"]);
  });
});

describe("a discard that fails", () => {
  test("only frees less memory: it is counted, and the frames are released all the same", () => {
    policy = new LockPolicy({ host, frames: FRAMES, onLockFailure: "degrade" });
    policy.enabled = true;
    host.failCall(1);
    policy.inflate(runs(0, 3));
    expect(policy.counters).toMatchObject({ discardFailures: 1, discardedRuns: 0, unlockedRuns: 1 });
    expect(host.lockedFrames).toBe(FRAMES - 3);
    expect(policy.keptLockedFrames).toBe(0);
  });
});

describe("a host that throws", () => {
  test("counts as a failure with EIO", () => {
    const broken: HostMemory = {
      pinned: true,
      unlock: () => undefined,
      discard: () => undefined,
      lock: () => {
        throw new Error("no such process");
      },
    };
    const told: LockFailure[] = [];
    policy = new LockPolicy({
      host: broken,
      frames: FRAMES,
      onLockFailure: "degrade",
      onFailure: (failure) => told.push(failure),
    });
    policy.enabled = true;
    policy.inflate(runs(0, 3));
    expect(policy.deflate(runs(0, 3))).toBe("acknowledge");
    expect(told).toEqual([
      { first: 0, frames: 3, code: "EIO", message: "Error: no such process", attempt: 0 },
    ]);
    expect(policy.owedFrames).toBe(3);
  });
});

describe("owed frames", () => {
  beforeEach(() => {
    release("degrade");
    host.lockLimit = host.lockedFrames;
    policy.deflate(runs(0, 3, 10, 3, 20, 3));
    expect(policy.owedFrames).toBe(9);
    host.calls.length = 0;
  });

  test("are tried again until the first one that fails", () => {
    host.lockLimit += 3;
    expect(policy.retry()).toBe(6);
    expect(calls()).toEqual(["lock 0+3", "lock 10+3"]);
    host.lockLimit = FRAMES;
    expect(policy.retry()).toBe(0);
    expect(host.lockedFrames).toBe(FRAMES);
    host.calls.length = 0;
    expect(policy.retry()).toBe(0);
    expect(calls()).toEqual([]);
  });

  test("are tried again after the guest gave other memory, which may have made room", () => {
    policy.inflate(runs(40, 3));
    expect(policy.owedFrames).toBe(6);
    expect(calls()).toEqual(["unlock 40+3", "discard 40+3", "lock 0+3", "lock 10+3"]);
  });

  test("go back into the balloon without an unlock, and are no longer owed", () => {
    policy.inflate(runs(11, 1));
    expect(calls()).toEqual(["discard 11+1", "lock 0+3"]);
    expect([...policy.state().owed]).toEqual([0, 3, 10, 1, 12, 1, 20, 3]);
  });

  test("outlive a reset of the device", () => {
    policy.reset(runs());
    expect(policy.owedFrames).toBe(9);
    host.lockLimit = FRAMES;
    expect(policy.retry()).toBe(0);
    expect(host.lockedFrames).toBe(FRAMES);
  });

  test("are tried 32 runs at a time, so a guest cannot make one batch expensive", () => {
    host = new RecordingHost({ frames: FRAMES });
    policy = new LockPolicy({ host, frames: FRAMES, onLockFailure: "degrade" });
    policy.enabled = true;
    const scattered = runs(...Array.from({ length: 40 }, (_, i) => [3 * i, 1]).flat());
    policy.inflate(scattered);
    host.lockLimit = 0;
    policy.deflate(scattered);
    host.lockLimit = FRAMES;
    expect(policy.retry()).toBe(8);
    expect(policy.retry()).toBe(0);
  });
});

describe("the option onLockFailure", () => {
  test.each<OnLockFailure>(["degrade", "withhold", "needs-reset", () => "degrade"])("may be %s", (value) => {
    expect(checkOnLockFailure(value)).toBe(value);
  });

  test.each([undefined, null, "", "panic", 1, {}])("may not be %j", (value) => {
    expect(() => checkOnLockFailure(value as OnLockFailure)).toThrow(
      new TypeError(
        `onLockFailure: expected "degrade", "withhold", "needs-reset" or a function, got ${inWords(value)}`,
      ),
    );
  });
});
