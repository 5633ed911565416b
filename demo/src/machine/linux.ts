import type { V86 } from "v86";
import { bytesOf, instantiateV86 } from "./files.ts";

const FOLDER = "./linux/";

/** The contents of linux/index.json: null if no Linux is served with the page. */
interface LinuxIndex {
  readonly cmdline: string;
}

/** Whether Linux can be booted: its kernel, BIOS and initial file system are served with the page. */
export async function linuxIndex(): Promise<LinuxIndex | null> {
  return JSON.parse(new TextDecoder().decode(await bytesOf(`${FOLDER}index.json`))) as LinuxIndex | null;
}

/** A v86 machine with Linux, loaded but not running yet. @throws Error when Linux is not served */
export async function loadLinux(memoryBytes: number): Promise<V86> {
  const index = await linuxIndex();
  if (index === null) throw new Error("no Linux is served with this page");
  const files = ["vmlinuz", "initrd.gz", "bios.bin"].map((name) => bytesOf(`${FOLDER}${name}`));
  const [bzimage, initrd, bios] = (await Promise.all(files)).map((buffer) => ({ buffer }));
  const { V86 } = await import("v86");
  const emulator = new V86({
    wasm_fn: instantiateV86,
    memory_size: memoryBytes,
    bzimage: bzimage!,
    initrd: initrd!,
    bios: bios!,
    cmdline: index.cmdline,
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
