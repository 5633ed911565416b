import fc from "fast-check";
import koffi from "koffi";
import { afterEach, describe, expect, test } from "vitest";
import { NodeHost } from "../../src/node/index.ts";
import type { NodeHostOptions } from "../../src/node/index.ts";
import { badFrames, badRanges } from "../host/bad-ranges.ts";
import { CALLS, EmulatorMemory, FRAME, FRAMES, steps, take } from "../host/emulator-memory.ts";
import type { Step } from "../host/emulator-memory.ts";
import { calls } from "./gate.ts";
import { lockedByKernel } from "./process-status.ts";

const hosts: NodeHost[] = [];
function hostOf(options: NodeHostOptions): NodeHost {
  const host = new NodeHost(options);
  hosts.push(host);
  return host;
}
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

const INVALID = CALLS.map(() => "EINVAL");
const DISPOSED = CALLS.map(() => "EDISPOSED");

function codesOf(host: NodeHost): (string | undefined)[] {
  return CALLS.map((call) => host[call](0, 1, 7)?.code);
}

/** Functions that query or trim and are not host calls. */
const QUESTIONS = {
  isResident: (host: NodeHost) => host.isResident(0),
  residentFrames: (host: NodeHost) => host.residentFrames,
  trim: (host: NodeHost) => host.trim(),
};

describe.skipIf(!calls.available)(`a range outside guest memory${calls.note}`, () => {
  test.each(CALLS)("fails with EINVAL for %s, and no byte or lock changes anywhere", (call) => {
    const memory = new EmulatorMemory();
    const host = hostOf({ ram: memory.ram, lock: true, written: () => expect.unreachable() });
    host.unlock(2, 5);
    const before = lockedByKernel();
    const codes = badRanges(FRAMES).map(([first, frames]) => host[call](first, frames, 7)?.code);
    expect(codes).toEqual(codes.map(() => "EINVAL"));
    expect([host.lockedFrames, lockedByKernel()]).toEqual([FRAMES - 5, before]);
    memory.check();
  });

  test.each(["isLocked", "isResident"] as const)("is a TypeError or RangeError for %s", (question) => {
    const host = hostOf({ ram: new EmulatorMemory().ram });
    for (const frame of badFrames(FRAMES)) {
      expect(() => host[question](frame)).toThrow(/^frame: expected (one of frames 0 to 15|a number), got /);
    }
  });
});

/** Follows {@link EmulatorMemory}'s steps; all frames around guest memory stay locked or unlocked by the kernel's count. */
function run(taken: readonly Step[]): void {
  const before = lockedByKernel();
  const memory = new EmulatorMemory();
  const host = hostOf({ ram: memory.ram, lock: true });
  const locked = new Set(Array.from({ length: FRAMES }, (_, frame) => frame));
  const usable = (): boolean => memory.frames === FRAMES && memory.offset % FRAME === 0;
  for (const step of taken) {
    // If a buffer was replaced before the host asked again, nobody knows where the locks are, and nobody may unlock there.
    if (step.kind === "grow" && !usable()) continue;
    const done = take(step, host, memory, usable);
    if (step.kind !== "call" && usable()) host.isResident(0);
    if (!done || step.kind !== "call") continue;
    for (let frame = step.first; frame < step.first + step.frames; frame++) {
      if (step.call === "lock") locked.add(frame);
      if (step.call === "unlock") locked.delete(frame);
    }
    expect([host.lockedFrames, lockedByKernel() - before]).toEqual([locked.size, locked.size]);
  }
  memory.check();
  host.dispose();
  if (usable()) expect(lockedByKernel() - before).toBe(0);
}

describe.skipIf(!calls.available)(`when guest memory changes,${calls.note}`, () => {
  test("bytes and locks change only within it", () => {
    const host = new NodeHost({ ram: new EmulatorMemory().ram, lock: true });
    const discardable = host.discardsLocked;
    host.dispose();
    fc.assert(
      fc.property(steps, (taken) => {
        // Without MADV_DONTNEED_LOCKED discards of locked frames fail in the kernel.
        run(discardable ? taken : taken.filter((step) => step.kind !== "call" || step.call !== "discard"));
      }),
    );
  });

  test("calls follow memory that has moved within its buffer, and so do locks", () => {
    const memory = new EmulatorMemory();
    const host = hostOf({ ram: memory.ram, lock: true });
    const before = lockedByKernel();
    host.unlock(3, 2);
    memory.offset += 5 * FRAME;
    expect([host.unlock(0, 1), host.fill(1, 1, 0), host.lockedFrames]).toEqual([undefined, undefined, 13]);
    expect(lockedByKernel()).toBe(before - 3);
    memory.expectFilled(1, 1, 0);
    memory.check();
  });

  test.each([
    ["has gone with its buffer", (bytes: Uint8Array) => bytes.subarray(0, 0)],
    ["has lost a frame", (bytes: Uint8Array) => bytes.subarray(FRAME)],
    ["has lost a byte", (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ["begins inside a page", (bytes: Uint8Array) => new Uint8Array(bytes.buffer, 16, bytes.length)],
    ["is not a Uint8Array", (bytes: Uint8Array) => new DataView(bytes.buffer)],
    ["is missing", () => undefined],
  ])("every call fails and none is made, if the memory %s", (_, later) => {
    const memory = new EmulatorMemory();
    let ram: () => unknown = memory.ram;
    const host = hostOf({ ram: () => ram() as Uint8Array, lock: true });
    const before = lockedByKernel();
    ram = () => later(memory.ram());
    expect(codesOf(host)).toEqual(INVALID);
    for (const question of Object.values(QUESTIONS)) {
      expect(() => question(host)).toThrow(
        expect.objectContaining({ name: "NodeHostError", code: "EINVAL" }),
      );
    }
    expect([host.lockedFrames, lockedByKernel()]).toEqual([FRAMES, before]);
    memory.check();
    ram = memory.ram;
    expect(host.discard(0, 1)?.code).toBe(host.discardsLocked ? undefined : "EINVAL");
  });

  test("memory that was transferred to somebody else is not touched", () => {
    const raw = new ArrayBuffer((FRAMES + 1) * FRAME);
    const at = (FRAME - (Number(koffi.address(new Uint8Array(raw))) % FRAME)) % FRAME;
    const view = new Uint8Array(raw, at, FRAMES * FRAME);
    const host = hostOf({ ram: () => view });
    expect(host.discard(0, 1)).toBeUndefined();
    const moved = structuredClone(raw, { transfer: [raw] });
    const theirs = new Uint8Array(moved, at, FRAMES * FRAME).fill(0xaa);
    expect([codesOf(host), theirs.every((byte) => byte === 0xaa)]).toEqual([INVALID, true]);
  });

  test("every call fails on a resizable memory that was made smaller", () => {
    type Resizable = ArrayBuffer & { resize(bytes: number): void };
    const Buffer = ArrayBuffer as unknown as new (bytes: number, options: object) => Resizable;
    const buffer = new Buffer(FRAMES * FRAME, { maxByteLength: FRAMES * FRAME });
    const host = hostOf({ ram: () => new Uint8Array(buffer) });
    expect(host.discard(0, FRAMES)).toBeUndefined();
    buffer.resize(4 * FRAME);
    expect(codesOf(host)).toEqual(INVALID);
  });
});

describe.skipIf(!calls.available)(`memory that no call can work on${calls.note}`, () => {
  const wasm = new WebAssembly.Memory({ initial: 1 });

  test.each([
    [
      "bytes",
      new Uint8Array(wasm.buffer),
      TypeError,
      "ram: expected a function or an array, got [object Uint8Array]",
    ],
    ["nothing", () => undefined, TypeError, "got one that returns undefined"],
    ["a buffer", () => wasm.buffer, TypeError, "got one that returns [object ArrayBuffer]"],
    ["a Proxy of bytes", () => new Proxy(new Uint8Array(wasm.buffer), {}), TypeError, "got one that returns"],
    [
      "no bytes",
      () => new Uint8Array(0),
      RangeError,
      "expected at least one frame of 4096 bytes, got 0 bytes",
    ],
    ["less than a frame", () => new Uint8Array(wasm.buffer, 0, 4095), RangeError, "got 4095 bytes"],
    [
      "memory 16 bytes after a page",
      () => new Uint8Array(wasm.buffer, 16, 8192),
      RangeError,
      "got an address 16 bytes after one",
    ],
    [
      "memory within a page",
      () => new Uint8Array(wasm.buffer, 2048, 8192),
      RangeError,
      "as a WebAssembly.Memory",
    ],
  ])("is refused by the constructor with the reason: %s", (_, ram, kind, message) => {
    const options = { ram, lock: true } as unknown as NodeHostOptions;
    const before = lockedByKernel();
    expect(() => new NodeHost(options)).toThrow(kind);
    expect(() => new NodeHost(options)).toThrow(message);
    expect(lockedByKernel()).toBe(before);
  });

  test("includes what `new Uint8Array` allocates, because malloc chooses where it begins", () => {
    const ram = new Uint8Array(64 * 1024 * 1024);
    const offset = Number(koffi.address(ram)) % FRAME;
    expect(offset).not.toBe(0);
    expect(() => new NodeHost({ ram: () => ram })).toThrow(`got an address ${offset} bytes after one`);
  });
});

describe.skipIf(!calls.available)(`a disposed host${calls.note}`, () => {
  test("has unlocked everything; every call fails without a system call, and a second dispose changes nothing", () => {
    const before = lockedByKernel();
    const memory = new EmulatorMemory();
    let asked = 0;
    const ram = (): Uint8Array => (asked++, memory.ram());
    const host = new NodeHost({ ram, lock: true, written: () => expect.unreachable() });
    host.unlock(0, 4);
    host[Symbol.dispose]();
    asked = 0;
    expect([codesOf(host), lockedByKernel(), host.lockedFrames]).toEqual([DISPOSED, before, 0]);
    for (const question of Object.values(QUESTIONS)) {
      expect(() => question(host)).toThrow(
        expect.objectContaining({ name: "NodeHostError", code: "EDISPOSED" }),
      );
    }
    host.dispose();
    expect([codesOf(host), asked]).toEqual([DISPOSED, 0]);
    memory.check();
  });

  test("does not unlock again what another host of the same memory has locked since", () => {
    const memory = new EmulatorMemory();
    const first = hostOf({ ram: memory.ram, lock: true });
    first.dispose();
    const before = lockedByKernel();
    hostOf({ ram: memory.ram, lock: true });
    first.dispose();
    expect(lockedByKernel()).toBe(before + FRAMES);
  });

  test("that its emulator disposed of while asked for the memory locks nothing", () => {
    const before = lockedByKernel();
    const memory = new EmulatorMemory();
    let onAsk = (): void => undefined;
    const ram = (): Uint8Array => (onAsk(), memory.ram());
    const host = new NodeHost({ ram, lock: true });
    onAsk = () => {
      host.dispose();
    };
    expect([host.lock(0, 1)?.code, lockedByKernel()]).toEqual(["EDISPOSED", before]);
  });

  test("of a half destroyed emulator is disposed of all the same", () => {
    const memory = new EmulatorMemory();
    let ram = memory.ram;
    const host = new NodeHost({ ram: () => ram(), lock: true });
    memory.grow();
    ram = () => {
      throw new Error("destroyed");
    };
    host.dispose();
    expect(codesOf(host)).toEqual(DISPOSED);
    hostOf({ ram: memory.ram, lock: true }).unlock(0, FRAMES);
  });
});
