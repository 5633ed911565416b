import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bootTinyGuest } from "../../src/guest/tiny-guest.ts";
import { RecordingHost } from "../../src/host/index.ts";
import type { HostMemory } from "../../src/host/index.ts";
import { attachBalloon, compact } from "../../src/v86/index.ts";
import {
  ask,
  coreOf,
  destroyGuests,
  differences,
  machine,
  MEMORY_BYTES,
  ramOf,
  settle,
  wasm_fn,
} from "./compact-machine.ts";
import type { Core } from "../../src/v86/compact/core.ts";
import type { CompactMachine, WasmFn } from "./compact-machine.ts";
import { destroyMachines, happens, newMachine } from "./new-machine.ts";

const FRAME = 4096;
const FRAMES = MEMORY_BYTES / FRAME;
const TSC_BYTES = 8;
/** Leaves the contents of ballooned frames. */
const KEEPS: HostMemory = {
  pinned: false,
  unlock: () => undefined,
  lock: () => undefined,
  discard: () => undefined,
};

afterEach(async () => {
  vi.restoreAllMocks();
  await destroyGuests();
  await destroyMachines();
});

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The guest's own pages contain what it wrote, and both sides name the same ballooned pages. */
async function expectSound(at: CompactMachine): Promise<void> {
  expect(await ask(at, "check", "bad")).toBe("0");
  let sum = 0n;
  at.balloon.device.pages.forEachRun((first, frames) => {
    for (let pfn = first; pfn < first + frames; pfn++) sum += BigInt(pfn);
  });
  expect(await ask(at, "report", "count")).toBe(String(at.balloon.device.pages.count));
  expect(BigInt(`0x${(await ask(at, "report", "sum"))!}`)).toBe(sum);
}

describe("a compacted machine", () => {
  test("has a new memory, with what the guest uses and nothing else", async () => {
    const at = await machine();
    await settle(at, 12_000);
    const { emulator } = at.guest;
    const [before, size] = [coreOf(emulator).wasm_memory, coreOf(emulator).wasm_memory.buffer.byteLength];
    const done = await compact(emulator, { wasm_fn });
    expect(coreOf(emulator).wasm_memory).not.toBe(before);
    expect(done).toMatchObject({ memoryBytes: size, cleanedUp: undefined });
    expect(done.copiedBytes).toBeGreaterThan(0);
    expect(done.copiedBytes).toBeLessThanOrEqual((FRAMES - 12_000) * FRAME + 2 ** 21);
    await expectSound(at);
  });

  test("continues with the same objects, listeners and balloon, and without any event", async () => {
    const at = await machine({}, { options: { stats: "on" } });
    await settle(at, 8000);
    const { emulator } = at.guest;
    const { v86 } = emulator as unknown as { v86: { cpu: object } };
    const { cpu } = v86;
    const devices = { ...coreOf(emulator).devices };
    const heard: string[] = [];
    for (const name of [
      "emulator-started",
      "emulator-stopped",
      "balloon0-reset",
      "balloon0-needs-reset",
    ] as const)
      emulator.add_listener(name, () => heard.push(name));
    await compact(emulator, { wasm_fn });
    expect((emulator as unknown as { v86: { cpu: object } }).v86).toBe(v86);
    expect(v86.cpu).toBe(cpu);
    expect(coreOf(emulator).devices).toEqual(devices);
    expect(emulator.is_running()).toBe(true);
    expect(heard).toEqual([]);
    expect(at.balloon.counters()).toMatchObject({
      balloonedFrames: 8000,
      targetFrames: 8000,
      actualFrames: 8000,
      faults: {},
    });
    await settle(at, 12_000);
    await expectSound(at);
    await settle(at, 0);
    await expectSound(at);
    const stats = await new Promise<Record<string, number>>((resolve) => {
      at.balloon.compat.GetStats(resolve);
    });
    expect(stats.MEMTOT).toBeGreaterThan(0);
  });

  test("has the memory it had, but ballooned frames read as zero", async () => {
    const at = await machine({ host: KEEPS });
    await settle(at, 5000);
    const { emulator } = at.guest;
    await emulator.stop();
    const ram = ramOf(emulator);
    await compact(emulator, { wasm_fn });
    expect(emulator.is_running()).toBe(false);
    let left = 0;
    at.balloon.device.pages.forEachRun((first, frames) => {
      left += ram.subarray(first * FRAME, (first + frames) * FRAME).filter((byte) => byte !== 0).length;
      ram.fill(0, first * FRAME, (first + frames) * FRAME);
    });
    expect(left).toBeGreaterThan(0);
    expect(hash(ramOf(emulator))).toBe(hash(ram));
    await emulator.run();
    await expectSound(at);
  });

  test("would be saved unchanged, except for the time stamp counter", async () => {
    const at = await machine({}, { options: { stats: "on" } });
    await settle(at, 5000);
    const { emulator } = at.guest;
    await emulator.stop();
    // A move forgets translated code, as a restore does.
    (coreOf(emulator) as unknown as { full_clear_tlb(): void }).full_clear_tlb();
    const before = new Uint8Array(await emulator.save_state());
    await compact(emulator, { wasm_fn });
    const after = new Uint8Array(await emulator.save_state());
    expect(after.length).toBe(before.length);
    expect(differences(before, after)).toBeLessThanOrEqual(TSC_BYTES);
  });

  test("without a balloon keeps everything that is not zero", async () => {
    const guest = await bootTinyGuest({ driver: "polite", memoryBytes: MEMORY_BYTES });
    await guest.emulator.stop();
    const before = hash(ramOf(guest.emulator));
    const { copiedBytes } = await compact(guest.emulator, { wasm_fn });
    expect(copiedBytes).toBeLessThan(MEMORY_BYTES + 2 ** 21);
    expect(hash(ramOf(guest.emulator))).toBe(before);
    await guest.destroy();
  });

  test.each([
    ["silent", { silentDeflateBit: 50 }, { silent_bit: 50 }],
    ["silent", {}, {}],
    ["buggy", {}, {}],
  ] as const)(
    "loses nothing of a %s guest (%j), which writes to ballooned frames without telling",
    async (driver, options, words) => {
      const at = await machine(options, { driver, options: words });
      await settle(at, 6000);
      expect(await ask(at, "silent 500", "reused")).toBe("500");
      await at.guest.emulator.stop();
      const ram = hash(ramOf(at.guest.emulator));
      await compact(at.guest.emulator, { wasm_fn });
      expect(hash(ramOf(at.guest.emulator))).toBe(ram);
      await at.guest.emulator.run();
      expect(await at.guest.command("tell")).toBe("told ok=500 bad=0");
      expect(await ask(at, "check", "bad")).toBe("0");
    },
  );

  test("may be compacted again, even in the middle of an inflate and a deflate", async () => {
    const at = await machine();
    for (const target of [12_000, 200, 9000, 0]) {
      const settled = at.guest.waitFor(`settled ballooned=${target}`, 20_000);
      at.balloon.target = target * FRAME;
      for (let times = 0; times < 3; times++) await compact(at.guest.emulator, { wasm_fn });
      await settled;
    }
    await expectSound(at);
    expect(at.balloon.counters().faults).toEqual({});
  });

  test("may be reset, saved and restored, before and after", async () => {
    const at = await machine();
    await settle(at, 3000);
    const before = await at.guest.emulator.save_state();
    await settle(at, 1000);
    await compact(at.guest.emulator, { wasm_fn });
    const after = await at.guest.emulator.save_state();
    await at.guest.emulator.restore_state(before);
    expect(at.balloon.ballooned).toBe(3000 * FRAME);
    await expectSound(at);
    await compact(at.guest.emulator, { wasm_fn });
    await at.guest.emulator.restore_state(after);
    expect(at.balloon.ballooned).toBe(1000 * FRAME);
    await expectSound(at);
    await at.guest.command("reset");
    await settle(at, 500);
    await expectSound(at);
  });

  test("asks the guest for its free memory first, if told to", async () => {
    const at = await machine();
    const { cleanedUp } = await compact(at.guest.emulator, { wasm_fn }, { cleanUp: true });
    expect(cleanedUp).toEqual({ bytes: 0, reason: "the driver did not take FREE_PAGE_HINT" });
    await expectSound(at);
  });

  test("needs no options while v86 keeps its module", async () => {
    const at = await machine();
    const { emulator } = at.guest;
    await expect(compact(emulator)).rejects.toThrow(
      "compact: v86 has not kept its module: give the wasm_fn or wasm_path",
    );
    const { readFile } = await import("node:fs/promises");
    const wasm_source = Uint8Array.from(await readFile("node_modules/v86/build/v86.wasm")).buffer;
    Object.assign(emulator, { wasm_source });
    await compact(emulator);
    structuredClone(wasm_source, { transfer: [wasm_source] });
    await expect(compact(emulator)).rejects.toThrow("v86 has not kept its module");
    await compact(emulator, { wasm_path: "node_modules/v86/build/v86.wasm" });
    await expectSound(at);
  });
});

test("a disk request in progress ends in the new memory", async () => {
  const wanted = Uint8Array.from({ length: 512 }, (_, at) => (at * 7) % 251);
  let answer: (() => void) | undefined;
  const disk = {
    byteLength: 1024 * 1024,
    load(): void {
      (this as unknown as { onload: (e: object) => void }).onload({});
    },
    get(_start: number, _bytes: number, done: (data: Uint8Array) => void): void {
      answer = () => {
        done(wanted);
      };
    },
    get_from_cache: (): undefined => undefined,
    get_and_cache(_start: number, _bytes: number, done: () => void): void {
      done();
    },
    set(_start: number, _data: Uint8Array, done: () => void): void {
      done();
    },
    get_buffer: (done: () => void): void => {
      done();
    },
    get_state: (): unknown[] => [],
    set_state: (): void => undefined,
  };
  const { emulator } = newMachine({ memory_size: MEMORY_BYTES, hda: disk as never });
  await happens(emulator, "emulator-loaded");
  const core = coreOf(emulator) as unknown as {
    io: {
      port_write8(port: number, value: number): void;
      port_write32(port: number, value: number): void;
      port_read16(port: number): number;
    };
    write32(address: number, value: number): void;
    devices: { ide: { primary: { bus_master_base?: number } }; pci: { device_spaces: Int32Array[] } };
  };
  // A descriptor table at 1 MiB: 512 bytes to 2 MiB, the last one. READ DMA of sector 1.
  core.write32(0x100000, 0x200000);
  core.write32(0x100004, 0x80000000 | 512);
  const bmide = core.devices.pci.device_spaces[0x1e << 3]![8]! & 0xfff0;
  core.io.port_write32(bmide + 4, 0x100000);
  for (const [port, value] of [
    [0x1f2, 1],
    [0x1f3, 1],
    [0x1f4, 0],
    [0x1f5, 0],
    [0x1f6, 0xe0],
    [0x1f7, 0xc8],
  ] as const)
    core.io.port_write8(port, value);
  core.io.port_write8(bmide, 9);
  expect(answer).toBeDefined();
  await compact(emulator, { wasm_fn });
  answer!();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ramOf(emulator).slice(0x200000, 0x200000 + 512)).toEqual(wanted);
});

describe("compact refuses, and the guest continues:", () => {
  test.each([undefined, null, {}, "v86"])("%j, which is not an emulator", async (emulator) => {
    await expect(compact(emulator as never)).rejects.toThrow("emulator: expected a V86, got");
  });

  test("a machine that is not loaded yet, and one that was destroyed", async () => {
    const { emulator } = newMachine({ memory_size: MEMORY_BYTES });
    await expect(compact(emulator, { wasm_fn })).rejects.toThrow("compact: the machine is not loaded yet");
    await happens(emulator, "emulator-loaded");
    attachBalloon(emulator);
    await emulator.destroy();
    await expect(compact(emulator, { wasm_fn })).rejects.toThrow("compact: the machine was destroyed");
  });

  test("a machine that is destroyed meanwhile", async () => {
    const at = await machine();
    const moving = compact(at.guest.emulator, { wasm_fn });
    const refused = expect(moving).rejects.toThrow("compact: the machine was destroyed");
    await at.guest.emulator.destroy();
    await refused;
  });

  test("a host that locks memory, with advice on the better way", async () => {
    const at = await machine({ host: (inner, frames) => new RecordingHost({ frames, inner }) });
    await expect(compact(at.guest.emulator, { wasm_fn })).rejects.toThrow(
      "compact: the host locks guest memory in place; ballonet/node returns",
    );
    await settle(at, 100);
    await expectSound(at);
  });

  test("two calls at once", async () => {
    const at = await machine();
    const first = compact(at.guest.emulator, { wasm_fn });
    await expect(compact(at.guest.emulator, { wasm_fn })).rejects.toThrow(
      "the machine is being compacted already",
    );
    await first;
    await compact(at.guest.emulator, { wasm_fn });
    await expectSound(at);
  });

  test.each<[options: unknown, message: string]>([
    [7, "compact: expected the options of the machine, got 7"],
    [{ wasm_fn: "v86.wasm" }, 'wasm_fn: expected a function, got "v86.wasm"'],
    [{ wasm_path: 1 }, "wasm_path: expected a string, got 1"],
    [{ wasm_fn, memory_size: "64" }, 'memory_size: expected a number, got "64"'],
    [{ wasm_fn, memory_size: 2 * MEMORY_BYTES }, `memory_size: the machine has ${MEMORY_BYTES} bytes`],
    [
      { wasm_fn, uart1: true },
      "compact: these are the options of another machine: uart1 is true, the machine has no such device",
    ],
  ])("the options %o", async (options, message) => {
    const at = await machine();
    await expect(compact(at.guest.emulator, options as never)).rejects.toThrow(message);
    await settle(at, 100);
    await expectSound(at);
  });

  test("unknown options of its own, and a clean-up without a balloon", async () => {
    const { emulator } = newMachine({ memory_size: MEMORY_BYTES });
    await happens(emulator, "emulator-loaded");
    await expect(compact(emulator, { wasm_fn }, { cleanup: true } as never)).rejects.toThrow(
      'compact: unknown option "cleanup"; did you mean "cleanUp"?',
    );
    await expect(compact(emulator, { wasm_fn }, { cleanUp: true })).rejects.toThrow(
      "cleanUp: the machine has no balloon",
    );
  });

  test("a processor whose functions somebody has replaced", async () => {
    const at = await machine();
    const core = coreOf(at.guest.emulator);
    const original = core.device_raise_irq;
    core.device_raise_irq = (irq) => {
      original(irq);
    };
    await expect(compact(at.guest.emulator, { wasm_fn })).rejects.toThrow(
      "compact: device_raise_irq of the processor was replaced by other code",
    );
    await settle(at, 100);
    core.device_raise_irq = original;
    await compact(at.guest.emulator, { wasm_fn });
    await expectSound(at);
  });

  test.each<[what: string, change: (core: Record<string, unknown>) => void, message: string]>([
    ["no memory", (core) => (core.wasm_memory = {}), "its memory is not"],
    ["no instance", (core) => (core.wm = {}), "its WebAssembly instance is not"],
    ["no patch", (core) => (core.wasm_patch = undefined), "its functions are not"],
  ])("an unknown version of v86: %s", async (_what, change, message) => {
    const { emulator } = newMachine({ memory_size: MEMORY_BYTES });
    await happens(emulator, "emulator-loaded");
    const core = coreOf(emulator) as unknown as Record<string, unknown>;
    const { wasm_memory, wm } = core;
    change(core);
    await expect(compact(emulator, { wasm_fn })).rejects.toThrow(
      `compact: this version of v86 is not known: ${message}`,
    );
    Object.assign(core, { wasm_memory, wm });
  });
});

/** The exports of v86's module, some of them replaced. */
function exporting(change: (exports: Record<string, unknown>) => object): WasmFn {
  return async (imports) => change({ ...(await wasm_fn(imports)) }) as WebAssembly.Exports;
}

const FAILURES: [step: string, fail: (core: Core) => WasmFn, message: string][] = [
  ["loading the module", () => () => Promise.reject(new Error("no network")), "no network"],
  ["linking it", () => () => wasm_fn({ env: {} }), "WebAssembly.instantiate"],
  ["its memory", () => exporting(({ memory: _memory, ...others }) => others), "exports no memory"],
  [
    "its functions",
    () => exporting(({ read8: _read8, ...others }) => others),
    "another build of v86's module: it exports other",
  ],
  ["its data", () => exporting((exports) => ({ ...exports, memory: otherData() })), "its data is different"],
  [
    "its size",
    () => exporting((exports) => ({ ...exports, memory: new WebAssembly.Memory({ initial: 4096 }) })),
    "it has more memory",
  ],
  ["growing the new memory", () => failing(WebAssembly.Memory.prototype, "grow"), "failed on purpose"],
  ["copying", () => failing(Uint8Array.prototype, "set"), "failed on purpose"],
  ["looking for views", ({ devices }) => spoil(devices), "failed on purpose"],
  [
    "clearing what was translated",
    () => exporting((exports) => ({ ...exports, jit_clear_cache_js: fail })),
    "failed on purpose",
  ],
  [
    "letting go of the old memory",
    () => failing(WebAssembly.Memory.prototype, "grow", 1),
    "failed on purpose",
  ],
];

function fail(): never {
  throw new Error("failed on purpose");
}

/** Makes a method fail once, after some good calls. */
function failing<Owner extends object>(owner: Owner, name: string & keyof Owner, good = 0): WasmFn {
  const original = owner[name] as (...values: unknown[]) => unknown;
  let calls = 0;
  const spy = vi.spyOn(owner as never, name as never) as unknown as ReturnType<typeof vi.fn>;
  spy.mockImplementation(function (this: unknown, ...values: unknown[]) {
    return calls++ === good ? fail() : original.apply(this, values);
  });
  return wasm_fn;
}

function spoil(devices: object): WasmFn {
  Object.assign(devices, { odd: throwingOnce() });
  return wasm_fn;
}

/** An object with a property that cannot be read the first time. */
function throwingOnce(): object {
  let times = 0;
  return {
    get value(): number {
      return times++ === 0 ? fail() : times;
    },
  };
}

function otherData(): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Uint8Array(memory.buffer).fill(0x5a);
  return memory;
}

describe("an error before the switch leaves the machine as it was:", () => {
  test.each(FAILURES)("%s", async (_step, make, message) => {
    const at = await machine();
    await settle(at, 4000);
    const { emulator } = at.guest;
    const core = coreOf(emulator);
    const before = { ...core };
    await expect(compact(emulator, { wasm_fn: make(core) })).rejects.toThrow(message);
    vi.restoreAllMocks();
    const changed = Object.keys(before).filter((name) => before[name as never] !== core[name as never]);
    expect(changed).toEqual([]);
    await expectSound(at);
    await settle(at, 100);
    await expectSound(at);
    // And nothing prevents a compact.
    await compact(emulator, { wasm_fn });
    await expectSound(at);
  });
});
