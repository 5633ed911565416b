import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostMemory, HostResult } from "../../src/host/index.ts";
import { LockPolicy } from "../../src/lock/index.ts";
import type { LockFailureAction } from "../../src/lock/index.ts";
import { PageTracker, Runs } from "../../src/tracker/index.ts";
import { FlakyHost, NO_TROUBLE } from "./flaky-host.ts";
import type { Call } from "./flaky-host.ts";
import { runsOf } from "./frame-model.ts";

const FRAMES = 48;

/** What host code does to the device in the middle of a call. */
interface Interruption {
  /** Number of calls before it. */
  readonly after: number;
  /** Whether the call itself is still to come. */
  readonly first: boolean;
  /** The frames in the balloon of a state that is restored after the reset, if one is. */
  readonly restored: readonly number[] | undefined;
}

/** A pinned host whose code resets the device once, and perhaps restores it. */
class InterruptingHost implements HostMemory {
  readonly pinned = true;
  readonly inner: FlakyHost = new FlakyHost(FRAMES);
  /** The calls of the interrupted work after the interruption. */
  readonly later: Call[] = [];
  interruption: Interruption | undefined;
  interrupt: (restored: readonly number[] | undefined) => void = () => undefined;
  interrupted = false;

  /** Begins a step with at most one interruption. */
  begin(interruption: Interruption | undefined): void {
    this.interruption = interruption;
    this.interrupted = false;
    this.later.length = 0;
  }

  unlock(first: number, frames: number): HostResult {
    return this.#call("unlock", first, frames);
  }

  lock(first: number, frames: number): HostResult {
    return this.#call("lock", first, frames);
  }

  discard(first: number, frames: number): HostResult {
    return this.#call("discard", first, frames);
  }

  #call(call: Call, first: number, frames: number): HostResult {
    const due = this.interruption;
    if (this.interrupted) this.later.push(call);
    if (due === undefined) return this.inner[call](first, frames);
    this.interruption = due.after > 0 ? { ...due, after: due.after - 1 } : undefined;
    if (due.after > 0) return this.inner[call](first, frames);
    if (due.first) this.interrupt(due.restored);
    const result = this.inner[call](first, frames);
    if (!due.first) this.interrupt(due.restored);
    this.interrupted = true;
    return result;
  }
}

/** A policy with its page set, as a device uses them. */
class Device {
  readonly host: InterruptingHost = new InterruptingHost();
  readonly set: PageTracker = new PageTracker(FRAMES);
  readonly policy: LockPolicy;
  action: LockFailureAction = "degrade";

  constructor() {
    this.policy = new LockPolicy({
      host: this.host,
      frames: FRAMES,
      onLockFailure: () => this.action,
      ballooned: this.set,
    });
    this.policy.enabled = true;
    this.host.interrupt = (restored) => {
      this.reset();
      if (restored !== undefined) this.#restore(restored);
    };
  }

  inflate(frames: readonly number[]): void {
    this.policy.inflate(this.#added(frames));
  }

  deflate(frames: readonly number[]): string {
    const runs = this.#runsOf(frames, true);
    for (const [first, count] of runs) this.set.deflateRange(first, count);
    const result = this.policy.deflate(runs);
    if (result === "withhold" || result === "needs-reset") this.set.inflateRuns(runs.toArray());
    return result;
  }

  free(frames: readonly number[]): void {
    this.policy.discardFree(this.#runsOf(frames, false));
  }

  reset(): void {
    const ballooned = new Runs(this.set.allRuns());
    this.set.clear();
    this.policy.reset(ballooned);
    this.policy.enabled = true;
  }

  #restore(frames: readonly number[]): void {
    this.policy.adopt(this.#added(frames));
  }

  #added(frames: readonly number[]): Runs {
    const runs = this.#runsOf(frames, false);
    this.set.inflateRuns(runs.toArray());
    return runs;
  }

  /** The runs of those of the frames that are in the balloon, or are not. */
  #runsOf(frames: readonly number[], inside: boolean): Runs {
    const wanted = [...new Set(frames)].filter((frame) => this.set.has(frame) === inside);
    return new Runs(Uint32Array.from(runsOf(wanted.sort((a, b) => a - b)).flat()));
  }
}

/**
 * Every frame of the guest is locked or owed. Without an interruption nothing else is owed; after one, a frame may be
 * owed although it is locked, since a restore may have unlocked it before the lock or after.
 */
function expectConsistent({ host, policy, set }: Device, exactly: boolean): void {
  const { keptLocked, owed } = policy.state();
  const [kept, owing] = [new PageTracker(FRAMES), new PageTracker(FRAMES)];
  kept.inflateRuns(keptLocked);
  owing.inflateRuns(owed);
  const frames = Array.from({ length: FRAMES }, (_, frame) => frame);
  const unlocked = frames.filter((frame) => !host.inner.recording.isLocked(frame));
  const mayBe = frames.filter((frame) => owing.has(frame) || (set.has(frame) && !kept.has(frame)));
  if (exactly) expect(unlocked).toEqual(mayBe);
  else expect(mayBe).toEqual(expect.arrayContaining(unlocked));
  // An owed frame is the guest's, and a kept frame is in the balloon.
  expect(frames.filter((frame) => owing.has(frame) && set.has(frame))).toEqual([]);
  expect(frames.filter((frame) => kept.has(frame) && !set.has(frame))).toEqual([]);
}

const someFrames = fc.oneof(
  fc.array(fc.nat(FRAMES - 1), { maxLength: 24 }),
  fc.constant(Array.from({ length: FRAMES / 2 }, (_, i) => 2 * i)),
);
const few = fc
  .array(fc.nat(FRAMES - 1), { maxLength: 3 })
  .map((frames): ReadonlySet<number> => new Set(frames));
const step = fc.record({
  kind: fc.constantFrom("inflate", "inflate", "deflate", "deflate", "free", "retry", "reset"),
  frames: someFrames,
  action: fc.constantFrom<LockFailureAction>("degrade", "withhold", "needs-reset"),
  lock: fc.oneof({ weight: 2, arbitrary: fc.constant(new Set<number>()) }, { weight: 1, arbitrary: few }),
  unlock: fc.oneof({ weight: 3, arbitrary: fc.constant(new Set<number>()) }, { weight: 1, arbitrary: few }),
  interruption: fc.option(
    fc.record({
      after: fc.nat(8),
      first: fc.boolean(),
      restored: fc.option(someFrames, { nil: undefined }),
    }),
    { nil: undefined },
  ),
});

describe("a policy whose host resets the device in the middle of a call", () => {
  test("knows afterwards which frames are locked, whatever was under way", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12, size: "max" }), (steps) => {
        const device = new Device();
        const { host } = device;
        let exactly = true;
        for (const { kind, frames, action, lock, unlock, interruption } of steps) {
          host.inner.trouble = { ...NO_TROUBLE, lock, unlock };
          host.begin(interruption);
          device.action = action;
          if (kind === "deflate") {
            const result = device.deflate(frames);
            if (host.interrupted) expect(result).toBe("superseded");
            else expect(["acknowledge", action]).toContain(result);
          } else if (kind === "retry") expect(device.policy.retry()).toBe(device.policy.owedFrames);
          else if (kind === "reset") device.reset();
          else device[kind](frames);
          exactly &&= !host.interrupted;
          expectConsistent(device, exactly);
          // What was under way has stopped. Only locks are tried again.
          expect(host.later.filter((call) => call !== "lock")).toEqual([]);
        }
        host.begin(undefined);
        host.inner.trouble = NO_TROUBLE;
        device.reset();
        while (device.policy.retry() > 0);
        expect(host.inner.recording.lockedFrames).toBe(FRAMES);
      }),
      { numRuns: 1000 },
    );
  });
});
