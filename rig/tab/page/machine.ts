import { V86 } from "v86";
import type { V86Options } from "v86";

export const MIB: number = 2 ** 20;

export type GuestName = "embedded" | "linux";

const QUIET: Partial<V86Options> = {
  disable_keyboard: true,
  disable_mouse: true,
  disable_speaker: true,
};

/** A machine that is loaded and does not run yet, with v86's default keyboard, mouse, speaker and screen. */
export async function loadMachine(guest: GuestName, more: Partial<V86Options> = {}): Promise<V86> {
  const container = document.querySelector<HTMLElement>("#screen_container")!;
  return loaded({ ...(await bootOptions(guest)), screen: { container }, ...more });
}

/** A machine to restore a state into: without adapters and a guest, v86 loads it quickest. */
export function emptyMachine(memoryBytes: number): Promise<V86> {
  return loaded({ memory_size: memoryBytes, ...QUIET });
}

/** The embedded guest alone, in as much memory. */
export async function bareMachine(memoryBytes: number, more: Partial<V86Options>): Promise<V86> {
  return loaded({ ...(await bootOptions("embedded")), memory_size: memoryBytes, ...QUIET, ...more });
}

async function bootOptions(guest: GuestName): Promise<V86Options> {
  const memory_size = 512 * MIB;
  if (guest === "embedded")
    return { memory_size, cmdline: "driver=polite", multiboot: await image("/guest/tiny.elf") };
  const [bzimage, initrd, bios] = await Promise.all(
    ["vmlinuz", "initrd.gz", "bios.bin"].map((name) => image(`/linux/${name}`)),
  );
  const cmdline = await (await fetch("/linux/cmdline")).text();
  return { memory_size, cmdline, bzimage: bzimage!, initrd: initrd!, bios: bios! };
}

async function image(path: string): Promise<{ buffer: ArrayBuffer }> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: HTTP status ${response.status}`);
  return { buffer: await response.arrayBuffer() };
}

async function loaded(options: V86Options): Promise<V86> {
  const wasm_path = "/node_modules/v86/build/v86.wasm";
  const emulator = new V86({ wasm_path, autostart: false, ...options });
  await new Promise<void>((resolve) => {
    emulator.add_listener("emulator-loaded", () => {
      resolve();
    });
  });
  return emulator;
}
