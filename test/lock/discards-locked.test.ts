import { expect, test } from "vitest";
import type { HostMemory, HostResult } from "../../src/host/index.ts";
import { LockPolicy } from "../../src/lock/index.ts";
import { Runs } from "../../src/tracker/index.ts";

const FRAMES = 64;
const runs = (...pairs: number[]): Runs => new Runs(Uint32Array.from(pairs));

/** A pinned host like Linux 5.18 and later: it can drop locked pages. Its unlock of frame 10 always fails. */
class Kernel implements HostMemory {
  readonly pinned = true;
  readonly discardsLocked = true;
  readonly calls: string[] = [];

  unlock(first: number, frames: number): HostResult {
    this.calls.push(`unlock ${first}+${frames}`);
    const hit = first <= 10 && first + frames > 10;
    return hit ? { code: "EMAPCOUNT", message: "" } : undefined;
  }

  lock(first: number, frames: number): undefined {
    this.calls.push(`lock ${first}+${frames}`);
  }

  discard(first: number, frames: number): undefined {
    this.calls.push(`discard ${first}+${frames}`);
  }

  fill(first: number, frames: number, word: number): undefined {
    this.calls.push(`fill ${first}+${frames} ${word}`);
  }
}

function policyOf(host: HostMemory): LockPolicy {
  const policy = new LockPolicy({ host, frames: FRAMES, onLockFailure: "degrade" });
  policy.enabled = true;
  return policy;
}

test("on a host that can discard locked frames, frames whose unlock failed are discarded too", () => {
  const host = new Kernel();
  const policy = policyOf(host);
  policy.inflate(runs(0, 3, 9, 3));
  expect(host.calls).toEqual(["unlock 0+3", "unlock 9+3", "discard 0+3", "discard 9+3"]);
  expect(policy.keptLockedFrames).toBe(3);
  expect(policy.counters).toMatchObject({ discardedRuns: 2, discardedFrames: 6, unlockFailures: 1 });
});

test("on such a host, free pages are discarded without an unlock", () => {
  const host = new Kernel();
  expect(policyOf(host).discardFree(runs(0, 3, 9, 3))).toBe(true);
  expect(host.calls).toEqual(["discard 0+3", "discard 9+3"]);
});

test("on such a host, free pages are filled with the guest's poison without an unlock", () => {
  const host = new Kernel();
  expect(policyOf(host).discardFree(runs(4, 2), 0xaa)).toBe(true);
  expect(host.calls).toEqual(["fill 4+2 170"]);
});
