import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { V86 } from "v86";
import { startTinyGuest } from "../../src/guest/running-tiny-guest.ts";
import type { TinyGuest } from "../../src/guest/tiny-guest.ts";
import { attachBalloon, compact } from "../../src/v86/index.ts";
import type { V86Balloon } from "../../src/v86/index.ts";
import { MEMORY_BYTES } from "./machine.ts";

const require = createRequire(import.meta.url);

interface Version {
  /** The name under which package.json has it. */
  readonly name: string;
  readonly number: string;
  /** The sentences for what this version cannot do; undefined for what it can. */
  readonly states: string | undefined;
  readonly compact: string | undefined;
}

const VERSIONS: readonly Version[] = [
  {
    name: "v86-oldest",
    number: "0.5.14",
    states: "this v86 saves and restores states in an unknown way",
    compact: "compact: this version of v86 is not known",
  },
  { name: "v86-middle", number: "0.5.319", states: undefined, compact: undefined },
  { name: "v86", number: "0.5.462", states: undefined, compact: undefined },
];

test("the range of versions that the package names begins with the oldest of them", () => {
  const { peerDependencies } = require("../../package.json") as { peerDependencies: Record<string, string> };
  expect(peerDependencies.v86).toBe(`>=${VERSIONS[0]!.number}`);
});

describe.each(VERSIONS)("v86 $number", (version) => {
  interface Machine {
    readonly guest: TinyGuest;
    readonly balloon: V86Balloon;
  }
  const folder = require.resolve(`${version.name}/build/v86.wasm`).replace(/v86\.wasm$/, "");
  const machines: Machine[] = [];
  let Emulator: typeof V86;
  let wasm_fn: (imports: WebAssembly.Imports) => Promise<WebAssembly.Exports>;
  let image: Uint8Array<ArrayBuffer>;

  beforeAll(async () => {
    // vitest would resolve the name as "v86".
    const url = pathToFileURL(`${folder}libv86.mjs`).href;
    ({ V86: Emulator } = (await import(/* @vite-ignore */ url)) as { V86: typeof V86 });
    const module = await WebAssembly.compile(Uint8Array.from(await readFile(`${folder}v86.wasm`)));
    wasm_fn = async (imports) => (await WebAssembly.instantiate(module, imports)).exports;
    image = Uint8Array.from(await readFile("guest/tiny.elf"));
  });
  afterEach(async () => {
    for (const { guest } of machines.splice(0)) await guest.destroy();
  });

  async function machine(): Promise<Machine> {
    const emulator = new Emulator({
      wasm_fn,
      memory_size: MEMORY_BYTES,
      multiboot: { buffer: image.buffer.slice(0) },
      cmdline: "driver=polite stats=on",
      autostart: false,
      disable_keyboard: true,
      disable_mouse: true,
      disable_speaker: true,
    });
    // Attached before it is ready.
    const balloon = attachBalloon(emulator);
    await new Promise<void>((resolve) => {
      emulator.add_listener("emulator-loaded", () => {
        resolve();
      });
    });
    const made = { guest: await startTinyGuest(emulator, {}), balloon };
    machines.push(made);
    return made;
  }

  async function settle({ guest, balloon }: Machine, frames: number): Promise<void> {
    const settled = guest.waitFor(`settled ballooned=${frames}`);
    balloon.target = frames * 4096;
    await settled;
    expect(balloon.ballooned).toBe(frames * 4096);
    expect(await guest.command("report")).toContain(`count=${frames} `);
    expect(balloon.counters().faults).toEqual({});
  }

  test("is the version that it should be", () => {
    const { version: number } = require(`${version.name}/package.json`) as { version: string };
    expect(number.split("+", 1)[0]).toBe(version.number);
  });

  test("inflates, deflates, and goes on in another machine after save and restore", async () => {
    const from = await machine();
    await settle(from, 2000);
    await settle(from, 500);
    const stats = await new Promise<Record<string, number>>((resolve) => {
      from.balloon.compat.GetStats(resolve);
    });
    expect(stats.MEMTOT).toBeGreaterThan(0);
    const state = await from.guest.emulator.save_state();
    const to = await machine();
    await to.guest.emulator.restore_state(state);
    expect(to.balloon.restoreRefusal).toBeUndefined();
    expect(to.balloon.ballooned).toBe(500 * 4096);
    await settle(to, 1000);
    await settle(to, 0);
  });

  test("has faster states and compact, or says in one sentence why not; a restart resets the balloon once", async () => {
    const at = await machine();
    if (version.states === undefined) expect(at.balloon.statesRefusal).toBeUndefined();
    else expect(at.balloon.statesRefusal).toMatch(new RegExp(`^${version.states}: [^\n]{1,100}$`));
    await settle(at, 500);
    const done = compact(at.guest.emulator, { wasm_fn });
    if (version.compact === undefined) expect((await done).copiedBytes).toBeGreaterThan(0);
    else await expect(done).rejects.toThrow(new RegExp(`^${version.compact}: [^\n]{1,150}$`));
    await settle(at, 900);
    let resets = 0;
    at.balloon.device.on("reset", () => resets++);
    at.guest.emulator.restart();
    expect(resets).toBe(1);
    expect(at.balloon.counters()).toMatchObject({ balloonedFrames: 0, accepted: [] });
  });
});

test.each<[missing: string, remove: (v86: { cpu: Record<string, object> }) => void]>([
  ["v86.cpu.jit_dirty_cache", ({ cpu }) => Object.assign(cpu, { jit_dirty_cache: undefined })],
  ["v86.cpu.io.register_read", ({ cpu }) => Object.assign(cpu.io!, { register_read: 1 })],
  [
    "v86.cpu.devices.pci.device_spaces",
    ({ cpu }) => Object.assign((cpu.devices as { pci: object }).pci, { device_spaces: null }),
  ],
])("a machine without %s is refused in one sentence", async (missing, remove) => {
  const { newMachine, happens, destroyMachines } = await import("./new-machine.ts");
  const { emulator } = newMachine();
  await happens(emulator, "emulator-loaded");
  remove((emulator as unknown as { v86: { cpu: Record<string, object> } }).v86);
  expect(() => attachBalloon(emulator)).toThrow(
    new Error(`attachBalloon: this version of v86 is not known: it has no ${missing}`),
  );
  await destroyMachines();
});
