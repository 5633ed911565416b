import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { RecordingHost, ZeroingHost } from "../../src/host/index.ts";

const FRAMES = 40;

function lockedOf(host: RecordingHost): number[] {
  return Array.from({ length: FRAMES }, (_, frame) => frame).filter((frame) => host.isLocked(frame));
}

const range = (first: number, frames: number): number[] =>
  Array.from({ length: frames }, (_, i) => first + i);

describe("the lock set", () => {
  test("is all frames at first", () => {
    const host = new RecordingHost({ frames: FRAMES });
    expect(host.lockedFrames).toBe(FRAMES);
    expect(lockedOf(host)).toEqual(range(0, FRAMES));
    expect(host.pinned).toBe(true);
  });

  test("matches a plain set of frames after any calls, with any limit and any injected failure", () => {
    const calls = fc.array(
      fc.record({
        call: fc.constantFrom("lock" as const, "unlock" as const, "discard" as const),
        first: fc.integer({ min: -2, max: FRAMES + 2 }),
        frames: fc.integer({ min: -1, max: 12 }),
        inject: fc.constantFrom(undefined, undefined, undefined, "EPERM"),
      }),
      { maxLength: 40, size: "max" },
    );
    fc.assert(
      fc.property(calls, fc.integer({ min: 0, max: FRAMES }), (sequence, lockLimit) => {
        const host = new RecordingHost({ frames: FRAMES, lockLimit });
        const model = new Set(range(0, FRAMES));
        sequence.forEach(({ call, first, frames, inject }, i) => {
          if (inject !== undefined) host.failCall(0, inject);
          const code = inject ?? expectedCode(model, lockLimit, call, first, frames);
          expect(host[call](first, frames)?.code).toBe(code);
          if (code === undefined && call !== "discard") {
            for (const frame of range(first, frames)) {
              if (call === "lock") model.add(frame);
              else model.delete(frame);
            }
          }
          expect(lockedOf(host)).toEqual([...model].sort((a, b) => a - b));
          expect(host.lockedFrames).toBe(model.size);
          expect(host.made).toBe(i + 1);
          const record = { call, first, frames };
          expect(host.calls.at(-1)).toEqual(code === undefined ? record : { ...record, failed: code });
        });
      }),
      { numRuns: 300 },
    );
  });
});

function expectedCode(
  locked: ReadonlySet<number>,
  limit: number,
  call: "lock" | "unlock" | "discard",
  first: number,
  frames: number,
): string | undefined {
  if (first < 0 || frames < 1 || first + frames > FRAMES) return "EINVAL";
  const already = range(first, frames).filter((frame) => locked.has(frame)).length;
  if (call === "discard") return already > 0 ? "EINVAL" : undefined;
  return call === "lock" && locked.size + frames - already > limit ? "ENOMEM" : undefined;
}

describe("a call", () => {
  test("that discards a run with one locked frame fails with EINVAL, as madvise(2) does, and discards nothing", () => {
    const ram = new Uint8Array(FRAMES * 4096).fill(7);
    const host = new RecordingHost({ frames: FRAMES, inner: new ZeroingHost(new LinearMemory(() => ram)) });
    host.unlock(0, 3);
    expect(host.discard(1, 3)?.code).toBe("EINVAL");
    expect(ram.includes(0)).toBe(false);
    expect(host.discard(1, 2)).toBeUndefined();
    expect(ram.indexOf(0)).toBe(4096);
    expect(ram.lastIndexOf(0)).toBe(3 * 4096 - 1);
  });

  test("beyond the lock limit fails with ENOMEM and locks nothing; the limit itself can be reached", () => {
    const host = new RecordingHost({ frames: FRAMES, lockLimit: FRAMES - 2 });
    host.unlock(10, 5);
    expect(host.lock(10, 5)?.code).toBe("ENOMEM");
    expect(host.lockedFrames).toBe(FRAMES - 5);
    expect(host.lock(10, 3)).toBeUndefined();
    expect(host.lock(0, 13)).toBeUndefined();
    host.lockLimit = FRAMES;
    expect(host.lock(13, 2)).toBeUndefined();
  });

  test("fails when the same call of the inner host fails", () => {
    const inner = new RecordingHost({ frames: FRAMES });
    const host = new RecordingHost({ frames: FRAMES, inner });
    host.unlock(0, 1);
    expect(host.discard(0, 1)).toMatchObject({ code: "EINVAL" });
    expect(host.calls.at(-1)).toMatchObject({ call: "discard", failed: "EINVAL" });
  });

  test("that was told to fail does so once, counted from now, with the code and a message", () => {
    const host = new RecordingHost({ frames: FRAMES });
    host.unlock(0, 1);
    host.failCall(1);
    host.failCall(2, "EAGAIN");
    expect(host.lock(0, 1)).toBeUndefined();
    expect(host.unlock(1, 1)).toEqual({ code: "ENOMEM", message: "unlock of 1 frames at 1: ENOMEM" });
    expect(host.isLocked(1)).toBe(true);
    expect(host.unlock(1, 1)?.code).toBe("EAGAIN");
    expect(host.unlock(1, 1)).toBeUndefined();
  });

  test("for a run outside guest memory fails with EINVAL", () => {
    const host = new RecordingHost({ frames: FRAMES });
    const runs = [
      [-1, 1],
      [0, 0],
      [FRAMES, 1],
      [FRAMES - 1, 2],
      [0, -1],
      [NaN, 1],
      [0, NaN],
    ] as const;
    expect(runs.map(([first, frames]) => host.unlock(first, frames)?.code)).toEqual(runs.map(() => "EINVAL"));
    expect(host.lockedFrames).toBe(FRAMES);
  });

  test("for half a host page fails with EINVAL, and whole pages work after that", () => {
    const host = new RecordingHost({ frames: FRAMES, pageFrames: 4 });
    expect(host.unlock(1, 4)?.code).toBe("EINVAL");
    expect(host.unlock(4, 3)?.code).toBe("EINVAL");
    expect(host.unlock(4, 8)).toBeUndefined();
    expect(host.lockedFrames).toBe(FRAMES - 8);
  });
});
