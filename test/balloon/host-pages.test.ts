import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Feature } from "../../src/negotiation/index.ts";
import { framesOf, pinned, range } from "./harness.ts";
import type { Machine } from "./harness.ts";
import { modelOf } from "./internals.ts";

const FRAMES = 256;
/** Frames that the batches name: few, so that pages often fill up. Not 0, because `1 0` would be one 8-byte PFN. */
const GIVEN = 75;

const batch = fc.record({
  inflate: fc.boolean(),
  pfns: fc.oneof(
    fc.array(fc.integer({ min: 1, max: GIVEN }), { minLength: 1, maxLength: 40 }),
    fc
      .tuple(fc.integer({ min: 1, max: GIVEN }), fc.integer({ min: 1, max: 40 }))
      .map(([first, frames]) => range(first, frames)),
  ),
  failing: fc.option(fc.nat(3), { freq: 4, nil: undefined }),
});

/** Host pages that are entirely ballooned. */
function released(ballooned: ReadonlySet<number>, pageFrames: number): number[] {
  return range(0, FRAMES).filter((frame) =>
    range(frame - (frame % pageFrames), pageFrames).every((other) => ballooned.has(other)),
  );
}

/** The lock set is what the page set and its exceptions say, and every call covers whole pages only. */
function check({ device, host }: Machine, ballooned: ReadonlySet<number>, pageFrames: number): void {
  const { keptLocked, owed } = device.state().lock;
  const kept = new Set(framesOf(keptLocked));
  const unlocked = new Set([
    ...released(ballooned, pageFrames).filter((frame) => !kept.has(frame)),
    ...framesOf(owed),
  ]);
  const really = range(0, FRAMES).filter((frame) => !host.isLocked(frame));
  expect(really).toEqual([...unlocked].sort((a, b) => a - b));
  for (const { first, frames } of host.calls)
    expect([first % pageFrames, frames % pageFrames]).toEqual([0, 0]);
  host.calls.length = 0;
}

describe("on a host with larger pages", () => {
  test.each(["degrade", "withhold"] as const)(
    "%s: only whole pages are unlocked, and they are locked in time",
    (policy) => {
      fc.assert(
        fc.property(
          fc.constantFrom(2, 4, 16, 64),
          fc.array(batch, { maxLength: 12 }),
          (pageFrames, batches) => {
            const machine = pinned({ frames: FRAMES, onLockFailure: policy, pageFrames }).up();
            const ballooned = new Set<number>();
            for (const { inflate, pfns, failing } of batches) {
              if (failing !== undefined) machine.host.failCall(failing);
              if (inflate) machine.inflate(...pfns);
              else machine.deflate(...pfns);
              if (machine.counters.withheld) {
                expect(new Set(machine.ballooned)).toEqual(ballooned);
                check(machine, ballooned, pageFrames);
                while (machine.timer.planned > 0) machine.timer.fire();
              }
              for (const pfn of pfns)
                if (inflate) ballooned.add(pfn);
                else ballooned.delete(pfn);
              expect(new Set(machine.ballooned)).toEqual(ballooned);
              check(machine, ballooned, pageFrames);
            }
            machine.driver.reset();
            // Up to four failures that no call has met yet, each of which ends a try.
            for (let i = 0; i <= 4; i++) machine.device.retryLocks();
            expect(machine.host.lockedFrames).toBe(FRAMES);
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  test("a restored device releases the whole pages of the balloon", () => {
    const machine = pinned({ frames: FRAMES, pageFrames: 16 }).up();
    machine.inflate(...range(3, 50));
    expect(machine.migrate()).toBeUndefined();
    expect(machine.host.lockedFrames).toBe(FRAMES - 32);
    check(machine, new Set(range(3, 50)), 16);
  });

  test("a reported range is rounded inward to whole pages", () => {
    const machine = pinned({
      frames: FRAMES,
      freePageReporting: true,
      relockFreePages: true,
      pageFrames: 4,
    }).up();
    expect(modelOf(machine.device).offeredFeatures & (1n << BigInt(Feature.PAGE_REPORTING))).not.toBe(0n);
    machine.inflate(...range(16, 4), 25);
    machine.host.calls.length = 0;
    machine.send("report", { address: 5 * 4096, bytes: 30 * 4096, writable: true });
    const discarded = machine.host.calls.filter(({ call }) => call === "discard");
    expect(discarded.map(({ first, frames }) => [first, frames])).toEqual([
      [8, 8],
      [20, 4],
      [28, 4],
    ]);
  });
});
