import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { V86 } from "v86";
import type { V86Options } from "v86";
import { MEMORY_BYTES } from "./machine.ts";

const guest = Uint8Array.from(await readFile("guest/tiny.elf"));
const module = await WebAssembly.compile(
  Uint8Array.from(await readFile(createRequire(import.meta.url).resolve("v86/build/v86.wasm"))),
);

/** A new v86 with the embedded guest, which has loaded nothing yet. */
export interface NewMachine {
  readonly emulator: V86;
  /** The guest's lines so far. */
  readonly lines: readonly string[];
}

const machines: V86[] = [];

export function newMachine(options: Partial<V86Options> = {}): NewMachine {
  const emulator = new V86({
    wasm_fn: async (imports) => (await WebAssembly.instantiate(module, imports)).exports,
    memory_size: MEMORY_BYTES,
    multiboot: { buffer: Uint8Array.from(guest).buffer },
    cmdline: "driver=polite stats=on",
    autostart: false,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    ...options,
  });
  machines.push(emulator);
  const lines: string[] = [];
  let line = "";
  emulator.add_listener("serial0-output-byte", (byte: number) => {
    if (byte !== 0x0a) line += byte === 0x0d ? "" : String.fromCharCode(byte);
    else {
      lines.push(line);
      line = "";
    }
  });
  return { emulator, lines };
}

/** Destroys all machines of this file's test; v86 refuses that for machines that never loaded. */
export async function destroyMachines(): Promise<void> {
  for (const emulator of machines.splice(0)) await emulator.destroy().catch(() => undefined);
}

export function happens(emulator: V86, event: "emulator-ready" | "emulator-loaded"): Promise<void> {
  return new Promise((resolve) => {
    emulator.add_listener(event, () => {
      resolve();
    });
  });
}

const ZSTD_MAGIC = 0xfd2fb528;
const BLOCK_BYTES = 128 * 1024;

/** A Zstandard frame of uncompressed blocks (RFC 8878 §3.1.1); v86 reads the same bytes from it. */
export function asZstd(bytes: Uint8Array): ArrayBuffer {
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES);
  const frame = new Uint8Array(9 + 3 * blocks + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, ZSTD_MAGIC, true);
  // Single segment, with a content size of four bytes.
  frame[4] = 0xa0;
  view.setUint32(5, bytes.length, true);
  for (let block = 0, at = 9; block < blocks; block++) {
    const part = bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
    const header = (part.length << 3) | Number(block === blocks - 1);
    frame.set([header & 0xff, (header >> 8) & 0xff, header >> 16], at);
    frame.set(part, at + 3);
    at += 3 + part.length;
  }
  return frame.buffer;
}
