import { beforeEach, describe, expect, test } from "vitest";
import type { HostMemory, HostResult } from "../../src/host/index.ts";
import { LockPolicy } from "../../src/lock/index.ts";
import { Runs } from "../../src/tracker/index.ts";
import type { LockFailureAction } from "../../src/lock/index.ts";

const FAILED: HostResult = { code: "EAGAIN", message: "not now" };
const runs = (...pairs: number[]): Runs => new Runs(Uint32Array.from(pairs));

/** A pinned host whose calls fail on the first frames listed. */
class Host implements HostMemory {
  readonly pinned = true;
  readonly calls: string[] = [];
  readonly failing: Set<string> = new Set();

  unlock = (first: number): HostResult => this.#call(`unlock ${first}`);
  lock = (first: number): HostResult => this.#call(`lock ${first}`);
  discard = (first: number): HostResult => this.#call(`discard ${first}`);
  fill = (first: number): HostResult => this.#call(`fill ${first}`);

  #call(call: string): HostResult {
    this.calls.push(call);
    return this.failing.has(call) ? FAILED : undefined;
  }
}

let host: Host;
let policy: LockPolicy;

function policyOf(host: HostMemory, onLockFailure: LockFailureAction = "degrade"): LockPolicy {
  return new LockPolicy({ host, frames: 64, onLockFailure });
}

beforeEach(() => {
  host = new Host();
  policy = policyOf(host);
});

describe("free pages that cannot be locked again", () => {
  beforeEach(() => {
    host.failing.add("lock 3");
  });

  test("do not keep the others from being discarded, though the device must stop", () => {
    policy = policyOf(host, "needs-reset");
    expect(policy.discardFree(runs(3, 2, 9, 1))).toBe(false);
    expect(host.calls).toEqual(["unlock 3", "discard 3", "lock 3", "unlock 9", "discard 9", "lock 9"]);
    expect([...policy.state().owed]).toEqual([3, 2]);
  });

  test("are left alone when the guest gives them again, and are not owed twice", () => {
    policy.discardFree(runs(3, 2));
    host.calls.length = 0;
    expect(policy.discardFree(runs(2, 4))).toBe(true);
    expect(host.calls).toEqual(["unlock 2", "discard 2", "lock 2", "unlock 5", "discard 5", "lock 5"]);
    expect(policy.counters).toMatchObject({ lockFailures: 1, lockedRuns: 2 });
  });
});

test("free pages that cannot be unlocked are counted, and the next pages of the run are tried", () => {
  host.failing.add("lock 3").add("unlock 0");
  policy.discardFree(runs(3, 2));
  host.calls.length = 0;
  expect(policy.discardFree(runs(0, 8))).toBe(true);
  expect(host.calls).toEqual(["unlock 0", "unlock 5", "discard 5", "lock 5"]);
  expect(policy.counters).toMatchObject({ unlockFailures: 1, discardedFrames: 2 + 3 });
});

describe("poison", () => {
  test("that the host cannot write is counted, and nothing else happens", () => {
    host.failing.add("fill 3");
    expect(policy.discardFree(runs(3, 2, 9, 1), 0xaa)).toBe(true);
    expect(host.calls).toEqual(["fill 3", "fill 9"]);
    expect(policy.counters).toMatchObject({ discardFailures: 1, unlockFailures: 0, lockFailures: 0 });
  });

  test("counts as a failed discard on a host that throws", () => {
    const fill = (): never => {
      throw new Error("no such process");
    };
    const { unlock, lock, discard } = host;
    policy = policyOf({ pinned: true, unlock, lock, discard, fill });
    expect(policy.discardFree(runs(3, 2), 0xaa)).toBe(true);
    expect(policy.counters.discardFailures).toBe(1);
  });

  test("leaves pages alone on a host without fill, which is no failure", () => {
    const { unlock, lock, discard } = host;
    policy = policyOf({ pinned: true, unlock, lock, discard });
    expect(policy.discardFree(runs(3, 2), 0xaa)).toBe(true);
    expect(host.calls).toEqual([]);
    expect(policy.counters.discardFailures).toBe(0);
  });
});
