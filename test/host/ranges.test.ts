import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { RecordingHost, ZeroingHost } from "../../src/host/index.ts";
import { badFrames, badRanges } from "./bad-ranges.ts";
import { CALLS, EmulatorMemory, FRAME, FRAMES, steps, take } from "./emulator-memory.ts";

describe("a range outside guest memory", () => {
  test.each(CALLS)("fails with EINVAL for %s of a ZeroingHost, and nothing is written", (call) => {
    const memory = new EmulatorMemory();
    const host = new ZeroingHost(new LinearMemory(memory.ram), () => expect.unreachable());
    const codes = badRanges(FRAMES).map(([first, frames]) => host[call](first, frames, 7)?.code);
    expect(codes).toEqual(codes.map(() => "EINVAL"));
    memory.check();
  });

  test.each(["unlock", "lock", "discard"] as const)("fails with EINVAL for %s of a RecordingHost", (call) => {
    const memory = new EmulatorMemory();
    const host = new RecordingHost({ frames: FRAMES, inner: new ZeroingHost(new LinearMemory(memory.ram)) });
    host.unlock(2, 5);
    const codes = badRanges(FRAMES).map(([first, frames]) => host[call](first, frames)?.code);
    expect(codes).toEqual(codes.map(() => "EINVAL"));
    expect(host.lockedFrames).toBe(FRAMES - 5);
    memory.check();
  });

  test("throws a TypeError or RangeError for the question whether a frame is locked", () => {
    const host = new RecordingHost({ frames: FRAMES });
    for (const frame of badFrames(FRAMES)) {
      expect(() => host.isLocked(frame)).toThrow(/^frame: expected (one of frames 0 to 15|a number), got /);
    }
  });

  test("has a message that says where guest memory ends", () => {
    const host = new ZeroingHost(new LinearMemory(new EmulatorMemory().ram));
    const message = "discard of 2 frames at 15: guest memory is frames 0 to 15";
    expect(host.discard(FRAMES - 1, 2)).toEqual({ code: "EINVAL", message });
  });
});

test("a ZeroingHost writes only frames of guest memory, whatever is called and however the memory changes", () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const memory = new EmulatorMemory();
      const host = new ZeroingHost(new LinearMemory(memory.ram));
      for (const step of taken) take(step, host, memory, () => true);
      memory.check();
    }),
  );
});

describe("a host refuses memory that is gone", () => {
  test("because its buffer was transferred", () => {
    const ram = new Uint8Array(FRAMES * FRAME).fill(9);
    const host = new ZeroingHost(new LinearMemory(() => ram));
    const moved = new Uint8Array(structuredClone(ram.buffer, { transfer: [ram.buffer] }));
    expect(CALLS.map((call) => host[call](0, 1, 7)?.code)).toEqual(CALLS.map(() => "EINVAL"));
    expect(moved.every((byte) => byte === 9)).toBe(true);
  });

  test("because it was made smaller, from the new end on", () => {
    let ram = new Uint8Array(FRAMES * FRAME).fill(9);
    const host = new ZeroingHost(new LinearMemory(() => ram));
    ram = ram.subarray(0, 3 * FRAME + 100);
    expect(host.discard(3, 1)?.code).toBe("EINVAL");
    expect(ram.includes(0)).toBe(false);
    expect(host.discard(2, 1)).toBeUndefined();
  });
});
