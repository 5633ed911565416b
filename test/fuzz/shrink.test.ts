import { describe, expect, test, vi } from "vitest";
import type { Balloon } from "../../src/balloon/index.ts";
import { PageTracker } from "../../src/tracker/index.ts";
import { Coverage, fuzz, replay } from "./run.ts";
import type { Failure } from "./run.ts";
import { shrink } from "./shrink.ts";
import type { Sabotage } from "./subject.ts";
import { ramOf, virtioOf } from "../balloon/internals.ts";

/** Devices with a bug, each of another kind: the fuzzer must not miss any. */
const BROKEN: readonly [string, RegExp, Sabotage][] = [
  ["loses every fourth chain", /guest memory/, everyFourthPush(() => undefined)],
  ["returns every fourth chain twice", /guest memory/, everyFourthPush(twice)],
  ["forgets a frame that it was given", /ballooned/, forgetsFrame],
  ["writes past guest memory", /outside guest memory/, writesBehindMemory],
  ["keeps the statistics buffer over a reset", /statistics buffer/, keepsStatistics],
];

function twice(act: () => void): void {
  act();
  act();
}

function everyFourthPush(instead: (push: () => void) => void): Sabotage {
  return (device) => {
    const queue = virtioOf(device).queues[0]!;
    const push = queue.push.bind(queue);
    let pushed = 0;
    queue.push = (head, written) => {
      if (++pushed % 4 !== 0) push(head, written);
      else
        instead(() => {
          push(head, written);
        });
    };
  };
}

function forgetsFrame(device: Balloon): void {
  const state = device.state.bind(device);
  vi.spyOn(device, "state").mockImplementation(() => {
    const saved = state();
    const tracker = new PageTracker(device.frames);
    tracker.inflateRuns(saved.ballooned);
    tracker.deflateRange(5, 1);
    return { ...saved, ballooned: tracker.allRuns() };
  });
}

/** After the last byte of guest memory, once a driver is up. */
function writesBehindMemory(device: Balloon): void {
  device.on("negotiated", () => {
    const { buffer, byteOffset, length } = ramOf(device);
    new Uint8Array(buffer)[byteOffset + length] = 0;
  });
}

function keepsStatistics(device: Balloon): void {
  const state = device.state.bind(device);
  let kept: number | undefined;
  vi.spyOn(device, "state").mockImplementation(() => {
    const saved = state();
    if (saved.virtio.status !== 0) kept = saved.statsBuffer;
    return { ...saved, statsBuffer: kept };
  });
}

describe("a device that", () => {
  test.each(BROKEN)("%s is found, and its failure shrinks to a few steps", (_, message, sabotage) => {
    const failure = firstFailure(sabotage);
    expect(failure.message).toMatch(message);
    const fails = (smaller: Failure["found"]): boolean => replay(smaller, sabotage) !== undefined;
    const { setup, steps } = shrink(failure.found, fails);
    expect(steps.length).toBeLessThanOrEqual(6);
    expect(fails({ setup, steps })).toBe(true);
    steps.forEach((_step, at) => {
      expect(fails({ setup, steps: steps.filter((_other, other) => other !== at) })).toBe(false);
    });
    expect(replay({ setup, steps })).toBeUndefined();
  });
});

function firstFailure(sabotage: Sabotage): Failure {
  for (const failure of fuzz(1, 5000, ["modern"], new Coverage(), sabotage)) if (failure) return failure;
  throw new Error("not found in 5000 steps");
}
