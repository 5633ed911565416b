import fc from "fast-check";
import { expect, test } from "vitest";
import { LockPolicy } from "../../src/lock/index.ts";
import { Runs } from "../../src/tracker/index.ts";
import type { LockFailureAction, OnLockFailure } from "../../src/lock/index.ts";
import { FlakyHost, NO_TROUBLE } from "./flaky-host.ts";
import type { Trouble } from "./flaky-host.ts";
import { FrameModel, runsOf } from "./frame-model.ts";
import type { Run } from "./frame-model.ts";

const FRAMES = 96;

const someFrames = fc
  .array(fc.integer({ min: 0, max: FRAMES - 1 }), { maxLength: 4 })
  .map((frames): ReadonlySet<number> => new Set(frames));
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(NO_TROUBLE) },
  {
    weight: 3,
    arbitrary: fc.record({ unlock: someFrames, lock: someFrames, discard: someFrames, throws: fc.boolean() }),
  },
);
/** The frames of a step: near ones make runs, every other one makes many runs. */
const pick = fc.oneof(
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: FRAMES - 1 }), fc.integer({ min: 1, max: 12 })), {
      maxLength: 4,
    })
    .map((parts) => parts.flatMap(([first, frames]) => Array.from({ length: frames }, (_, i) => first + i))),
  fc.constant(Array.from({ length: FRAMES / 2 }, (_, i) => 2 * i)),
  fc.constant(Array.from({ length: FRAMES }, (_, i) => i)),
);
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom("inflate", "inflate", "deflate", "deflate", "free", "retry", "reset"),
    pick,
    trouble,
    actions: fc.array(fc.constantFrom<LockFailureAction>("degrade", "degrade", "withhold", "needs-reset"), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  { maxLength: 15, size: "max" },
);

function listOf(runs: readonly Run[]): Runs {
  return new Runs(Uint32Array.from(runs.flat()));
}

/** Answers with the actions in turn. */
function inTurn(actions: readonly LockFailureAction[]): () => LockFailureAction {
  let asked = 0;
  return () => actions[asked++ % actions.length]!;
}

test("after any calls on any host, every frame is locked exactly when the policy says so", () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const host = new FlakyHost(FRAMES);
      let answer = inTurn(["degrade"]);
      const onLockFailure: OnLockFailure = () => answer();
      const policy = new LockPolicy({ host, frames: FRAMES, onLockFailure });
      const model = new FrameModel(FRAMES);
      policy.enabled = true;
      for (const { kind, pick, trouble, actions } of sequence) {
        host.trouble = trouble;
        answer = inTurn(actions);
        const ballooned = model.ballooned;
        const wanted = [...new Set(pick)].filter((frame) => frame < FRAMES).sort((a, b) => a - b);
        if (kind === "inflate") {
          const runs = runsOf(wanted.filter((frame) => !ballooned.includes(frame)));
          policy.inflate(listOf(runs));
          model.inflate(runs, trouble);
        } else if (kind === "deflate") {
          const runs = runsOf(wanted.filter((frame) => ballooned.includes(frame)));
          const expected = model.deflate(runs, trouble, inTurn(actions));
          expect(policy.deflate(listOf(runs))).toBe(expected);
        } else if (kind === "free") {
          const runs = runsOf(wanted.filter((frame) => !ballooned.includes(frame)));
          const expected = model.free(runs, trouble, inTurn(actions));
          expect(policy.discardFree(listOf(runs))).toBe(expected);
        } else if (kind === "retry") {
          model.retry(trouble);
          expect(policy.retry()).toBe(model.framesIn("guest-but-unlocked").length);
        } else {
          policy.reset(listOf(runsOf(ballooned)));
          expect(policy.enabled).toBe(false);
          policy.enabled = true;
          model.reset(trouble);
        }
        expectSame(policy, host, model);
      }
    }),
    { numRuns: 800 },
  );
});

function expectSame(policy: LockPolicy, host: FlakyHost, model: FrameModel): void {
  const locked = model.framesIn("guest-locked", "ballooned-but-locked");
  const really = [...model.states.keys()].filter((frame) => host.recording.isLocked(frame));
  expect(really).toEqual(locked);
  const kept = model.framesIn("ballooned-but-locked");
  const owed = model.framesIn("guest-but-unlocked");
  expect([policy.keptLockedFrames, policy.owedFrames]).toEqual([kept.length, owed.length]);
  const state = policy.state();
  expect([...state.keptLocked]).toEqual(runsOf(kept).flat());
  expect([...state.owed]).toEqual(runsOf(owed).flat());
}

test("the counters add up to the calls that the host saw", () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const host = new FlakyHost(FRAMES);
      const policy = new LockPolicy({ host, frames: FRAMES, onLockFailure: "degrade" });
      const model = new FrameModel(FRAMES);
      policy.enabled = true;
      for (const { kind, pick } of sequence) {
        const frames = [...new Set(pick)].filter((frame) => frame < FRAMES).sort((a, b) => a - b);
        const ballooned = new Set(model.ballooned);
        const runs = runsOf(frames.filter((frame) => ballooned.has(frame) === (kind === "deflate")));
        if (kind === "inflate") policy.inflate(listOf(runs));
        else if (kind === "deflate") policy.deflate(listOf(runs));
        else continue;
        model[kind](runs, NO_TROUBLE, () => "degrade");
      }
      const { calls } = host.recording;
      const of = (wanted: string): number[] => {
        const made = calls.filter(({ call }) => call === wanted);
        return [made.length, made.reduce((sum, { frames }) => sum + frames, 0)];
      };
      const { counters } = policy;
      expect([counters.unlockedRuns, counters.unlockedFrames]).toEqual(of("unlock"));
      expect([counters.lockedRuns, counters.lockedFrames]).toEqual(of("lock"));
      expect([counters.discardedRuns, counters.discardedFrames]).toEqual(of("discard"));
      expect(counters).toMatchObject({ unlockFailures: 0, lockFailures: 0, discardFailures: 0 });
    }),
    { numRuns: 200 },
  );
});
