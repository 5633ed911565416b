import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { V86 } from "v86";
import { bootTinyGuest } from "../../src/guest/tiny-guest.ts";
import type { HostMemory } from "../../src/host/index.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { StatesMachine } from "../../src/v86/states/states-machine.ts";
import {
  ask,
  coreOf,
  destroyGuests,
  differences,
  machine,
  MEMORY_BYTES,
  ramOf,
  settle,
} from "./compact-machine.ts";
import { asZstd, destroyMachines, happens, newMachine } from "./new-machine.ts";

const FRAME = 4096;
const MIB = 2 ** 20;
const TSC_BYTES = 8;
/** Leaves the contents of ballooned frames. */
const KEEPS: HostMemory = {
  pinned: false,
  unlock: () => undefined,
  lock: () => undefined,
  discard: () => undefined,
};

afterEach(async () => {
  await destroyGuests();
  await destroyMachines();
});

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function v86Of(emulator: V86): StatesMachine["v86"] {
  return (emulator as unknown as StatesMachine).v86;
}

/** Uses v86's own methods, as if no balloon were attached. */
function byV86<Result>(emulator: V86, use: () => Result): Result {
  const v86 = v86Of(emulator);
  const owners: [owner: object, names: string[]][] = [
    [v86, ["save_state", "restore_state"]],
    [v86.cpu, ["pack_memory", "unpack_memory"]],
  ];
  const ours = owners.map(([owner, names]) =>
    names.map((name) => [owner, name, Object.getOwnPropertyDescriptor(owner, name)!] as const),
  );
  for (const [owner, name] of ours.flat()) Reflect.deleteProperty(owner, name);
  try {
    return use();
  } finally {
    for (const [owner, name, own] of ours.flat()) Object.defineProperty(owner, name, own);
  }
}

async function fresh(attach = true): Promise<V86> {
  const { emulator } = newMachine({ memory_size: MEMORY_BYTES });
  await happens(emulator, "emulator-loaded");
  if (attach) expect(attachBalloon(emulator).statesRefusal).toBeUndefined();
  return emulator;
}

describe("saved states", () => {
  test("are v86's, byte for byte except for the time stamp counter", async () => {
    const at = await machine({}, { options: { stats: "on" } });
    await settle(at, 3000);
    const { emulator } = at.guest;
    await emulator.stop();
    const ours = new Uint8Array(await emulator.save_state());
    const theirs = new Uint8Array(byV86(emulator, () => v86Of(emulator).save_state()));
    expect(ours.length).toBe(theirs.length);
    expect(differences(ours, theirs)).toBeLessThanOrEqual(TSC_BYTES);
  });

  test("of a guest that tells leave out the ballooned pages, whatever they contain", async () => {
    const at = await machine({ host: KEEPS });
    const { emulator } = at.guest;
    await settle(at, 3000);
    await emulator.stop();
    const state = await emulator.save_state();
    const theirs = byV86(emulator, () => v86Of(emulator).save_state());
    expect(theirs.byteLength - state.byteLength).toBe(3000 * FRAME);
    const ram = ramOf(emulator);
    at.balloon.device.pages.forEachRun((first, frames) =>
      ram.fill(0, first * FRAME, (first + frames) * FRAME),
    );
    const copy = await fresh();
    await copy.restore_state(state);
    expect(hash(ramOf(copy))).toBe(hash(ram));
  });

  test.each([
    ["silent", { silentDeflateBit: 50 }, { silent_bit: 50 }],
    ["silent", {}, {}],
    ["buggy", {}, {}],
  ] as const)(
    "lose nothing of a %s guest (%j), which writes to ballooned frames without telling",
    async (driver, options, words) => {
      const at = await machine(options, { driver, options: words });
      await settle(at, 6000);
      expect(await ask(at, "silent 500", "reused")).toBe("500");
      await at.guest.emulator.stop();
      const state = await at.guest.emulator.save_state();
      const to = await machine(options, { driver, options: words });
      await to.guest.emulator.stop();
      await to.guest.emulator.restore_state(state);
      expect(hash(ramOf(to.guest.emulator))).toBe(hash(ramOf(at.guest.emulator)));
      await to.guest.emulator.run();
      expect(await to.guest.command("tell")).toBe("told ok=500 bad=0");
      expect(await ask(to, "check", "bad")).toBe("0");
    },
  );

  test.each(["plain", "zstd"])("can be restored in a plain v86 and back here, %s", async (how) => {
    const at = await machine();
    await settle(at, 3000);
    const { emulator } = at.guest;
    await emulator.stop();
    const packed = (state: ArrayBuffer): ArrayBuffer =>
      how === "zstd" ? asZstd(new Uint8Array(state)) : state;
    const wanted = hash(ramOf(emulator));
    const plain = await fresh(false);
    await plain.restore_state(packed(await emulator.save_state()));
    expect(hash(ramOf(plain))).toBe(wanted);
    const theirs = packed(await plain.save_state());
    const copy = await fresh();
    // What was there before must be gone.
    new Uint8Array(coreOf(copy).wasm_memory.buffer, coreOf(copy).mem8.byteOffset, MEMORY_BYTES).fill(0xa5);
    await copy.restore_state(theirs);
    expect(hash(ramOf(copy))).toBe(wanted);
  });

  test.each([true, false])("can be used as initial_state, with a balloon: %j", async (attach) => {
    const at = await machine();
    await settle(at, 3000);
    await at.guest.emulator.stop();
    const state = await at.guest.emulator.save_state();
    const { emulator } = newMachine({ memory_size: MEMORY_BYTES, initial_state: { buffer: state } });
    if (attach) attachBalloon(emulator);
    await happens(emulator, "emulator-loaded");
    expect(hash(ramOf(emulator))).toBe(hash(ramOf(at.guest.emulator)));
  });

  test.runIf(process.platform === "linux")("take no memory for their zeros", async () => {
    const at = await machine();
    await settle(at, 12_000);
    const live = MEMORY_BYTES - 12_000 * FRAME;
    const state = await at.guest.emulator.save_state();
    const { emulator } = newMachine({ memory_size: 512 * MIB });
    await happens(emulator, "emulator-loaded");
    attachBalloon(emulator);
    const before = process.memoryUsage.rss();
    await emulator.restore_state(state);
    expect(process.memoryUsage.rss() - before).toBeLessThan(live + 64 * MIB);
  });

  test("restore the registers that v86 forgets", async () => {
    const { emulator } = (await machine()).guest;
    await emulator.stop();
    const registers = coreOf(emulator) as unknown as Record<string, Int32Array>;
    const set = (mxcsr: number, status: number, result: number): void => {
      registers.mxcsr![0] = mxcsr;
      registers.fpu_status_word![0] = status;
      registers.last_result![0] = result;
    };
    set(0x1fa0, 0x3800, -5);
    const state = await emulator.save_state();
    set(0x1f80, 0, 1);
    const views = { ...registers };
    await emulator.restore_state(state);
    // As WebAssembly has them.
    const words = new DataView(coreOf(emulator).wasm_memory.buffer);
    expect([words.getInt32(824, true), words.getUint16(1040, true), words.getInt32(112, true)]).toEqual([
      0x1fa0, 0x3800, -5,
    ]);
    expect(registers.mxcsr).toBe(views.mxcsr);
  });
});

describe("a state that is refused leaves the machine as it was:", () => {
  /** Words of the state's header, and what is said. */
  test.each<[what: string, forge: (state: Uint8Array) => Uint8Array, message: RegExp]>([
    ["nothing", () => new Uint8Array(0), /this is not a state of v86/],
    ["something else", () => new Uint8Array(100).fill(7), /this is not a state of v86/],
    ["half of it", (state) => state.slice(0, state.length / 2), /the state is truncated: \d+ of \d+ bytes/],
    ["another version", (state) => withWord(state, 1, 5), /the state is of version 5, expected 6/],
    ["JSON longer than all", (state) => withWord(state, 3, 0xfffffff0), /its JSON is longer than the state/],
    ["invalid JSON", (state) => withWord(state, 3, 200), /JSON/],
    [
      "a larger memory",
      (state) => replaced(state, `[${MEMORY_BYTES},`, `[${9 * 10 ** 7},`),
      /a machine with 90000000 bytes of memory/,
    ],
    [
      "no memory",
      (state) => replaced(state, `[${MEMORY_BYTES},`, `[00000000,`.replace("00000000", "-1      ")),
      /a machine with -1 bytes of memory/,
    ],
    ["fewer frames than bits", (state) => withoutAFrame(state), /its memory does not have the stated size/],
  ])("%s", async (_what, forge, message) => {
    const at = await machine();
    await settle(at, 12_000);
    const { emulator } = at.guest;
    await emulator.stop();
    const before = new Uint8Array(await emulator.save_state());
    const forged = forge(before.slice());
    await expect(emulator.restore_state(Uint8Array.from(forged).buffer)).rejects.toThrow(message);
    const after = new Uint8Array(await emulator.save_state());
    expect(after.length).toBe(before.length);
    expect(differences(before, after)).toBeLessThanOrEqual(TSC_BYTES);
  });

  test("a larger memory in a compressed state, which v86 reads itself", async () => {
    const at = await machine();
    await settle(at, 12_000);
    const { emulator } = at.guest;
    await emulator.stop();
    const state = new Uint8Array(await emulator.save_state());
    const before = hash(ramOf(emulator));
    const forged = asZstd(replaced(state, `[${MEMORY_BYTES},`, `[${9 * 10 ** 7},`));
    await expect(emulator.restore_state(forged)).rejects.toThrow("a machine with 90000000 bytes of memory");
    expect(hash(ramOf(emulator))).toBe(before);
    expect(coreOf(emulator).memory_size[0]).toBe(MEMORY_BYTES);
  });
});

function withWord(state: Uint8Array, index: number, word: number): Uint8Array {
  new DataView(state.buffer).setUint32(4 * index, word, true);
  return state;
}

/** Of the same length. */
function replaced(state: Uint8Array, text: string, by: string): Uint8Array {
  expect(by.length).toBe(text.length);
  const at = Buffer.from(state.buffer).indexOf(text);
  expect(at).toBeGreaterThan(0);
  state.set(new TextEncoder().encode(by), at);
  return state;
}

/** Clears a bit of the bitmap, which is found by its length in the JSON. */
function withoutAFrame(state: Uint8Array): Uint8Array {
  const json = new DataView(state.buffer).getUint32(12, true);
  const { buffer_infos, state: tree } = JSON.parse(
    new TextDecoder().decode(state.subarray(16, 16 + json)),
  ) as {
    buffer_infos: { offset: number }[];
    state: { buffer_id: number }[];
  };
  const start = Math.ceil((16 + json) / 4) * 4 + buffer_infos[tree[78]!.buffer_id]!.offset;
  const at = state.findIndex((byte, i) => i >= start && byte !== 0);
  state[at]! &= state[at]! - 1;
  return state;
}

describe("another way to save states", () => {
  test.each(["pack_memory", "unpack_memory"] as const)(
    "is left alone and named: somebody else's %s",
    async (name) => {
      const guest = await bootTinyGuest({ driver: "polite", memoryBytes: MEMORY_BYTES });
      const { emulator } = guest;
      await emulator.stop();
      const { cpu } = v86Of(emulator);
      const theirs = (...values: never[]): unknown =>
        (Object.getPrototypeOf(cpu) as Record<string, (...values: never[]) => unknown>)[name]!.apply(
          cpu,
          values,
        );
      Object.assign(cpu, { [name]: theirs });
      const balloon = attachBalloon(emulator);
      expect(balloon.statesRefusal).toBe(
        "other code has replaced v86's methods that save and restore states",
      );
      expect((cpu as unknown as Record<string, unknown>)[name]).toBe(theirs);
      const ram = hash(ramOf(emulator));
      await emulator.restore_state(await emulator.save_state());
      expect(hash(ramOf(emulator))).toBe(ram);
      await guest.destroy();
    },
  );

  test.each<[what: string, change: (cpu: Record<string, unknown>) => void, message: string]>([
    [
      "packs nothing",
      (cpu) =>
        (cpu.pack_memory = () => ({
          packed_memory: new Uint8Array(0),
          bitmap: { get_buffer: () => new ArrayBuffer(1) },
        })),
      "v86 does not restore states in the known way",
    ],
    [
      "unpacks nothing",
      (cpu) => (cpu.unpack_memory = () => undefined),
      "v86 does not restore states in the known way",
    ],
    [
      "throws",
      (cpu) =>
        (cpu.pack_memory = () => {
          throw new Error("moved");
        }),
      "this v86 saves and restores states in an unknown way: Error: moved",
    ],
  ])("is refused if it is not the known one: %s", async (_what, change, message) => {
    const { emulator } = newMachine({ memory_size: MEMORY_BYTES });
    await happens(emulator, "emulator-loaded");
    // Between the processor and its class, as another version would have it.
    const { cpu } = v86Of(emulator);
    const between = Object.create(Object.getPrototypeOf(cpu) as object) as Record<string, unknown>;
    change(between);
    Object.setPrototypeOf(cpu, between);
    expect(attachBalloon(emulator).statesRefusal).toContain(message);
  });
});
