import koffi from "koffi";
import { afterEach, describe, expect, test } from "vitest";
import { describe as inWords } from "../../src/options/index.ts";
import { NodeHost, NodeHostError, reclaimingHost, TOO_MANY_MAPPINGS } from "../../src/node/index.ts";
import type { NodeHostOptions } from "../../src/node/index.ts";
import { loadLibc } from "../../src/node/libc.ts";
import { calls } from "./gate.ts";
import { lockedByKernel } from "./process-status.ts";

const FRAME = 4096;
/** 1 MiB, which any user may lock. */
const FRAMES = 256;
const OFFSET = 4 * FRAME;

const hosts: NodeHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

/** Guest memory in the middle of an emulator's memory, every byte 9. */
function emulator(options: Omit<NodeHostOptions, "ram"> = {}): {
  memory: WebAssembly.Memory;
  host: NodeHost;
} {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 64 });
  new Uint8Array(memory.buffer).fill(9);
  const host = new NodeHost({ ram: () => new Uint8Array(memory.buffer, OFFSET, FRAMES * FRAME), ...options });
  hosts.push(host);
  return { memory, host };
}

/** The frames of guest memory in which not every byte is 9. */
function changed({ buffer }: WebAssembly.Memory): number[] {
  const frames = Array.from({ length: FRAMES }, (_, i) => i);
  return frames.filter((i) => new Uint8Array(buffer, OFFSET + i * FRAME, FRAME).some((byte) => byte !== 9));
}

function sumOf({ buffer }: WebAssembly.Memory): number {
  return new Uint8Array(buffer).reduce((sum, byte) => sum + byte, 0);
}

describe.skipIf(!calls.available)(`memory that leaves the process${calls.note}`, () => {
  test("is not resident and reads as zeros after a discard, and nothing else changes", () => {
    const { memory, host } = emulator();
    expect(host.residentFrames).toBe(FRAMES);
    expect(host.discard(3, 5)).toBeUndefined();
    expect(host.residentFrames).toBe(FRAMES - 5);
    expect([2, 3, 7, 8].map((frame) => host.isResident(frame))).toEqual([true, false, false, true]);
    expect(changed(memory)).toEqual([3, 4, 5, 6, 7]);
    expect(sumOf(memory)).toBe(9 * (32 * 65_536 - 5 * FRAME));
  });

  test("can be written to again as before", () => {
    const { memory, host } = emulator();
    host.discard(0, FRAMES);
    new Uint8Array(memory.buffer, OFFSET, FRAMES * FRAME).fill(9);
    expect([host.residentFrames, changed(memory)]).toEqual([FRAMES, []]);
  });

  test("is reported to the emulator as changed, after it has changed", () => {
    const seen: unknown[] = [];
    const { host } = emulator({
      written: (start, end) => seen.push([start, end, host.isResident(3)]),
    });
    host.discard(3, 5);
    expect(seen).toEqual([[3 * FRAME, 8 * FRAME, false]]);
  });

  test("is found again after it has grown", () => {
    const { memory, host } = emulator();
    host.discard(0, 1);
    memory.grow(8);
    host.discard(5, 2);
    expect(changed(memory)).toEqual([0, 5, 6]);
  });

  test("includes the frames of zeros that trim gives back, which the emulator need not know", () => {
    const written: number[] = [];
    const { memory, host } = emulator({ written: (start) => written.push(start) });
    const ram = new Uint8Array(memory.buffer, OFFSET);
    ram.fill(0, 10 * FRAME, 20 * FRAME);
    ram[12 * FRAME] = 1;
    ram[15 * FRAME - 1] = 1;
    expect(host.trim()).toBe(8);
    expect(host.residentFrames).toBe(FRAMES - 8);
    expect([ram[12 * FRAME], ram[15 * FRAME - 1], written]).toEqual([1, 1, []]);
    expect(host.trim()).toBe(0);
  });

  test("stays as it is when a call cannot be done, and the call says so", () => {
    const { memory, host } = emulator({ written: () => expect.unreachable() });
    expect(host.discard(-(2 ** 40), 1)?.code).toMatch(/^E(NOMEM|INVAL)$/);
    expect(changed(memory)).toEqual([]);
  });

  test("can be filled with a word", () => {
    const { memory, host } = emulator();
    expect(host.fill(1, 1, 0xaaaaaaaa)).toBeUndefined();
    expect(changed(memory)).toEqual([1]);
    expect(new Uint8Array(memory.buffer)[OFFSET + FRAME]).toBe(0xaa);
  });
});

describe.skipIf(!calls.available)(`memory that is locked${calls.note}`, () => {
  test("is locked frame by frame, as the kernel counts it, until the host is disposed of", () => {
    const before = lockedByKernel();
    const { host } = emulator({ lock: true });
    expect([host.pinned, host.lockedFrames, lockedByKernel() - before]).toEqual([true, FRAMES, FRAMES]);
    host.unlock(10, 20);
    expect([host.lockedFrames, lockedByKernel() - before]).toEqual([FRAMES - 20, FRAMES - 20]);
    host.lock(15, 5);
    expect([host.lockedFrames, lockedByKernel() - before]).toEqual([FRAMES - 15, FRAMES - 15]);
    expect([14, 15, 19, 20].map((frame) => host.isLocked(frame))).toEqual([false, true, true, false]);
    host.dispose();
    expect([host.lockedFrames, lockedByKernel() - before]).toEqual([0, 0]);
  });

  test("does not become resident again by a lock after it was discarded", () => {
    const { host } = emulator({ lock: true });
    host.unlock(0, 100);
    host.discard(0, 100);
    host.lock(0, 100);
    expect(host.residentFrames).toBe(FRAMES - 100);
  });

  test("stays locked when it grows", () => {
    const before = lockedByKernel();
    const { memory, host } = emulator({ lock: true });
    memory.grow(8);
    host.unlock(0, 1);
    expect(lockedByKernel() - before).toBe(FRAMES - 1);
  });

  test("is discarded while it is locked, where the kernel can do that", () => {
    const before = lockedByKernel();
    const { host } = emulator({ lock: true });
    const result = host.discard(0, 100);
    expect(result?.code).toBe(host.discardsLocked ? undefined : "EINVAL");
    expect(host.residentFrames).toBe(host.discardsLocked ? FRAMES - 100 : FRAMES);
    expect(lockedByKernel() - before).toBe(FRAMES);
  });

  test("is trimmed as far as it may be discarded", () => {
    const { memory, host } = emulator({ lock: true });
    new Uint8Array(memory.buffer, OFFSET, FRAMES * FRAME).fill(0);
    host.unlock(0, 100);
    expect(host.trim()).toBe(host.discardsLocked ? FRAMES : 100);
  });
});

describe.skipIf(!calls.available)(`the limit on mappings${calls.note}`, () => {
  test("ends unlocking, with its own error code and nothing done", () => {
    const before = lockedByKernel();
    const { host } = emulator({ lock: true, maxBorders: 6 });
    expect([host.unlock(10, 1), host.unlock(20, 1)]).toEqual([undefined, undefined]);
    expect(host.unlock(30, 1)).toMatchObject({ code: TOO_MANY_MAPPINGS });
    expect([host.lockedFrames, lockedByKernel() - before]).toEqual([FRAMES - 2, FRAMES - 2]);
  });

  test("does not stop a call that makes no more mappings", () => {
    const { host } = emulator({ lock: true, maxBorders: 6 });
    host.unlock(10, 1);
    host.unlock(20, 1);
    expect([host.unlock(11, 3), host.unlock(0, FRAMES), host.lock(0, FRAMES)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("is twice as high for locking, because the guest waits for that", () => {
    const { host } = emulator({ lock: true, maxBorders: 3 });
    host.unlock(0, FRAMES);
    const codes = [1, 3, 5, 7].map((frame) => host.lock(frame, 1)?.code);
    expect(codes).toEqual([undefined, undefined, undefined, TOO_MANY_MAPPINGS]);
    expect([host.lockedFrames, host.isLocked(7)]).toEqual([3, false]);
    host.lock(0, FRAMES);
    expect(host.lockedFrames).toBe(FRAMES);
  });

  test("counts for all hosts of the process together", () => {
    const { host: other } = emulator({ lock: true });
    other.unlock(10, 1);
    const { host } = emulator({ lock: true, maxBorders: 6 });
    expect(host.unlock(10, 1)?.code).toBe(TOO_MANY_MAPPINGS);
    other.dispose();
    expect(host.unlock(10, 1)).toBeUndefined();
  });
});

/** 16 frames with a hole at frame 8, where every ascending call has to stop half-way. */
function memoryWithHole(): NodeHost {
  const libc = koffi.load(null);
  const mmap = libc.func("void *mmap(void *, size_t, int, int, int, int64_t)");
  const munmap = libc.func("int munmap(uintptr_t, size_t)");
  const PROT_READ_WRITE = 3;
  const MAP_PRIVATE_ANONYMOUS = 0x22;
  const address: unknown = mmap(null, 16 * FRAME, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  const ram = new Uint8Array(koffi.view(address, 16 * FRAME));
  munmap(Number(koffi.address(ram)) + 8 * FRAME, FRAME);
  const host = new NodeHost({ ram: () => ram });
  hosts.push(host);
  return host;
}

describe.skipIf(!calls.available)(`a call that stops half-way${calls.note}`, () => {
  test("is undone: what it has locked is unlocked", () => {
    const host = memoryWithHole();
    const before = lockedByKernel();
    host.lock(2, 2);
    expect(host.lock(0, 16)).toMatchObject({ code: "ENOMEM" });
    expect([host.lockedFrames, lockedByKernel() - before]).toEqual([2, 2]);
  });

  test("is undone: what it has unlocked is locked", () => {
    const host = memoryWithHole();
    const before = lockedByKernel();
    host.lock(0, 8);
    expect(host.unlock(0, 16)).toMatchObject({ code: "ENOMEM" });
    expect([host.lockedFrames, lockedByKernel() - before]).toEqual([8, 8]);
    host.unlock(0, 8);
  });
});

describe("a NodeHost that cannot work here", () => {
  test("has a separate error code for another system", () => {
    expect(() => loadLibc("darwin")).toThrow(NodeHostError);
    expect(() => loadLibc("darwin")).toThrow(expect.objectContaining({ code: "EUNSUPPORTED" }) as Error);
  });

  test.each([[undefined], [null], [{}], [{ v86: {} }], [{ v86: { cpu: {} } }]])(
    "refuses %j, which is not a loaded emulator",
    (emulator) => {
      const expected = 'emulator: expected a V86 after its event "emulator-loaded"';
      expect(() => reclaimingHost(emulator as object)).toThrow(
        new TypeError(`${expected}, got ${inWords(emulator)}`),
      );
    },
  );
});
