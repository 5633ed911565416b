import type { V86 } from "v86";
import { bytesOf, instantiateV86, isServed } from "./files.ts";

const FOLDER = "./linux/";

/** The kernel, its initial file system, and SeaBIOS. */
const FILES = ["vmlinuz", "initrd.gz", "bios.bin"] as const;

/** Those files of Linux that are not in its folder. */
export async function missingLinuxFiles(): Promise<string[]> {
  const served = await Promise.all(FILES.map((name) => isServed(FOLDER + name)));
  return FILES.filter((_name, i) => !served[i]);
}

/** A v86 machine with Linux, loaded but not running yet. @throws Error if a file is not served */
export async function loadLinux(memoryBytes: number): Promise<V86> {
  const files = [...FILES, "cmdline.txt"].map((name) => bytesOf(FOLDER + name));
  const [bzimage, initrd, bios, cmdline] = (await Promise.all(files)).map((buffer) => ({ buffer }));
  const { V86 } = await import("v86");
  const emulator = new V86({
    wasm_fn: instantiateV86,
    memory_size: memoryBytes,
    bzimage: bzimage!,
    initrd: initrd!,
    bios: bios!,
    cmdline: new TextDecoder().decode(cmdline!.buffer).trim(),
    autostart: false,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
  });
  await new Promise<void>((resolve) => {
    emulator.add_listener("emulator-loaded", () => {
      resolve();
    });
  });
  return emulator;
}
