import { createRequire } from "node:module";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { V86, V86Options } from "v86";
import { dataEnd } from "../../src/v86/compact/module-data.ts";
import { RecordingHost } from "../../src/host/index.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import {
  coreOf,
  destroyGuests,
  differences,
  machine,
  MEMORY_BYTES,
  ramOf,
  settle,
} from "./compact-machine.ts";
import { asZstd, destroyMachines, happens, newMachine } from "./new-machine.ts";

const BALLOONED = 12_000;
const GARBAGE = 0xa5;
const wasm_path = createRequire(import.meta.url).resolve("v86/build/v86.wasm");
/** v86 keeps the module that it loads by itself. */
const KEPT: Partial<V86Options> = { memory_size: MEMORY_BYTES, wasm_fn: undefined as never, wasm_path };

/** v86's video memory. */
interface VideoMemory {
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly length: number;
  set(bytes: Uint8Array, at: number): void;
  fill(byte: number): void;
}

let state: ArrayBuffer;
let ram: Uint8Array;

beforeAll(async () => {
  const at = await machine();
  await settle(at, BALLOONED);
  await at.guest.emulator.stop();
  state = await at.guest.emulator.save_state();
  ram = ramOf(at.guest.emulator);
  await destroyGuests();
}, 60_000);
afterEach(async () => {
  await destroyMachines();
  await destroyGuests();
});
afterAll(() => {
  state = new ArrayBuffer(0);
});

async function loaded(options: Partial<V86Options> = KEPT): Promise<ReturnType<typeof newMachine>> {
  const made = newMachine(options);
  await happens(made.emulator, "emulator-loaded");
  return made;
}

/** Fills guest memory, as a host may do at any time. */
function spoil(emulator: V86): void {
  const { wasm_memory, mem8 } = coreOf(emulator);
  new Uint8Array(wasm_memory.buffer, mem8.byteOffset, MEMORY_BYTES).fill(GARBAGE);
}

/** Runs the guest and asks whether its pages have what it wrote there. */
async function expectSound({ emulator, lines }: ReturnType<typeof newMachine>): Promise<void> {
  await emulator.run();
  emulator.serial0_send("check\n");
  await expect
    .poll(() => lines.find((line) => line.startsWith("memory ")), { timeout: 20_000 })
    .toMatch(/bad=0$/);
}

describe("a machine that has not run", () => {
  test.each<[how: string, packed: (bytes: ArrayBuffer) => ArrayBuffer]>([
    ["plain", (bytes) => bytes],
    ["zstd", (bytes) => asZstd(new Uint8Array(bytes))],
  ])("is restored into a new memory, whatever was in the old one: %s", async (_how, packed) => {
    const made = await loaded();
    const { emulator } = made;
    const balloon = attachBalloon(emulator);
    spoil(emulator);
    const before = coreOf(emulator).wasm_memory;
    await emulator.restore_state(packed(state));
    expect(coreOf(emulator).wasm_memory).not.toBe(before);
    expect(coreOf(emulator).wasm_memory.buffer.byteLength).toBeGreaterThan(MEMORY_BYTES);
    expect(differences(ramOf(emulator), ram)).toBe(0);
    expect(balloon.ballooned).toBe(BALLOONED * 4096);
    await expectSound(made);
  });

  test("is restored from initial_state", async () => {
    const made = newMachine({ ...KEPT, initial_state: { buffer: state } });
    attachBalloon(made.emulator);
    await happens(made.emulator, "emulator-loaded");
    expect(differences(ramOf(made.emulator), ram)).toBe(0);
    await expectSound(made);
  });

  test("has the video memory of the state, and keeps v86's view of it", async () => {
    const { emulator } = (await machine()).guest;
    await emulator.stop();
    const video = (): VideoMemory =>
      (coreOf(emulator).devices.vga as { svga_memory: VideoMemory }).svga_memory;
    const bytes = (): Uint8Array => new Uint8Array(video().buffer, video().byteOffset, video().length);
    const wanted = new Uint8Array(video().length);
    for (const at of [0, 5000, 4096 * 7 - 1, wanted.length - 1]) wanted[at] = 0x77;
    bytes().set(wanted);
    const withPicture = await emulator.save_state();
    for (const packed of [withPicture, asZstd(new Uint8Array(withPicture))]) {
      const copy = await loaded();
      attachBalloon(copy.emulator);
      const { vga } = coreOf(copy.emulator).devices as { vga: { svga_memory: VideoMemory } };
      const before = vga.svga_memory;
      before.fill(GARBAGE);
      await copy.emulator.restore_state(packed);
      const { buffer, byteOffset, length } = vga.svga_memory;
      expect(buffer).toBe(coreOf(copy.emulator).wasm_memory.buffer);
      expect(differences(new Uint8Array(buffer, byteOffset, length), wanted)).toBe(0);
      // Writes reach it, zeros as well.
      vga.svga_memory.set(new Uint8Array(4096), 0);
      expect(new Uint8Array(buffer, byteOffset, 1)[0]).toBe(0);
    }
  });

  test("stays in its memory for a state that is refused", async () => {
    const { emulator } = await loaded();
    attachBalloon(emulator);
    const { wasm_memory } = coreOf(emulator);
    await expect(emulator.restore_state(state.slice(0, 1000))).rejects.toThrow("the state is truncated");
    expect(coreOf(emulator).wasm_memory).toBe(wasm_memory);
  });
});

describe("the memory stays, with what was saved, of a machine", () => {
  const restored = async (emulator: V86): Promise<void> => {
    spoil(emulator);
    const { wasm_memory } = coreOf(emulator);
    await emulator.restore_state(state);
    expect(coreOf(emulator).wasm_memory).toBe(wasm_memory);
    expect(differences(ramOf(emulator), ram)).toBe(0);
  };

  test("that has run", async () => {
    const made = await loaded();
    attachBalloon(made.emulator);
    await made.emulator.run();
    await expect
      .poll(() => made.lines.some((line) => line.startsWith("ready")), { timeout: 20_000 })
      .toBe(true);
    await made.emulator.stop();
    await restored(made.emulator);
    await expectSound(made);
  });

  test("whose module v86 has not kept", async () => {
    const { emulator } = await loaded({ memory_size: MEMORY_BYTES });
    attachBalloon(emulator);
    await restored(emulator);
  });

  test("whose module cannot be instantiated", async () => {
    const { emulator } = await loaded();
    attachBalloon(emulator);
    Object.assign(emulator, { wasm_source: Uint8Array.of(1, 2, 3).buffer });
    await restored(emulator);
  });

  test("with a function that other code has replaced", async () => {
    const { emulator } = await loaded();
    attachBalloon(emulator);
    const core = coreOf(emulator) as unknown as { zero_memory: (at: number, bytes: number) => void };
    const { zero_memory } = core;
    core.zero_memory = (at, bytes) => {
      zero_memory(at, bytes);
    };
    await restored(emulator);
  });

  test("whose host locks memory", async () => {
    const { emulator } = await loaded();
    attachBalloon(emulator, { host: (inner, frames) => new RecordingHost({ frames, inner }) });
    await restored(emulator);
  });
});

describe("the end of a module's data", () => {
  const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const I32_CONST = 0x41;
  const END = 0x0b;
  /** A data section with these segments. */
  const data = (...segments: number[][]): number[] => {
    const content = [segments.length, ...segments.flat()];
    return [11, content.length, ...content];
  };

  test.each<[what: string, sections: number[], end: number | undefined]>([
    ["no data", [], 0],
    ["a custom section", [0, 2, 1, 65], 0],
    ["a segment", data([0, I32_CONST, 10, END, 2, 7, 7]), 12],
    ["two segments", data([0, I32_CONST, 10, END, 2, 7, 7], [0, I32_CONST, 3, END, 1, 7]), 12],
    ["a large offset", data([0, I32_CONST, 0x80, 0x80, 0x04, END, 1, 7]), 65_537],
    ["a negative offset", data([0, I32_CONST, 0x7f, END, 1, 7]), undefined],
    ["a passive segment", data([1, 2, 7, 7]), undefined],
    ["an offset from a global", data([0, 0x23, 0, END, 1, 7]), undefined],
    ["a start function", [8, 1, 0], undefined],
    ["half a section", [0, 9, 1], undefined],
  ])("%s", (_what, sections, end) => {
    expect(dataEnd(Uint8Array.from([...HEADER, ...sections]))).toBe(end);
  });
});
