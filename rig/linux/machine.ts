import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { V86Options } from "v86";
import { linuxFiles } from "./files.ts";
import type { DriverName, Kernel } from "./files.ts";
import { buildInitrd } from "./initrd.ts";
import { acpiTable } from "./mmio.ts";
import { toArrayBuffer } from "./state.ts";

const require = createRequire(import.meta.url);

/**
 * The words after `rdinit` skip self-tests and probes, which otherwise take a third of the boot. `nokaslr` also makes
 * all boots alike.
 */
const CMDLINE =
  "console=ttyS0 quiet rdinit=/init nokaslr cryptomgr.notests noisapnp initcall_blacklist=init_blk_tracer";

/** v86's module. As long as it is there, V8 gives its machine code to all that v86 makes from the same bytes. */
let compiled: Promise<WebAssembly.Module> | undefined;

/** Options of the guest's machine. */
export interface MachineOptions {
  /** Size of guest memory in bytes, more than 64 MiB (where the initial file system is loaded). Default: 256 MiB. */
  readonly memoryBytes?: number;
  /** More words for the kernel's command line, such as `init_on_alloc=0`. */
  readonly cmdlineExtra?: string;
  /** Another kernel than Debian 12's usual one. */
  readonly kernel?: Kernel;
  /** Whether ACPI tells the guest of a virtio-mmio device: see {@link attachMmio}. */
  readonly mmio?: boolean;
  /** The devices whose drivers are in /modules, for the guest to load. Default: virtio-mmio and the network card. */
  readonly drivers?: readonly DriverName[];
  /** More options for v86. */
  readonly v86?: Partial<V86Options>;
}

/** Everything v86 needs to boot, and a name that changes if any byte of it changes. */
export interface LinuxMachine {
  readonly v86: V86Options;
  readonly fingerprint: string;
}

/** @throws LinuxUnavailableError if no kernel is available */
export async function linuxMachine(options: MachineOptions, onDownload: () => void): Promise<LinuxMachine> {
  const files = await linuxFiles(onDownload, options.kernel);
  const table = options.mmio === true ? await acpiTable() : new Uint8Array(0);
  const initial = Buffer.concat([table, await buildInitrd(files, options.drivers)]);
  const images = [await readFile(files.kernel), await readFile(files.bios), initial];
  const [bzimage, bios, initrd] = images.map((bytes) => ({ buffer: toArrayBuffer(bytes) }));
  const settings: V86Options = {
    memory_size: options.memoryBytes ?? 256 * 1024 * 1024,
    cmdline: [CMDLINE, options.cmdlineExtra].join(" ").trim(),
    ...(options.mmio === true ? { acpi: true } : {}),
    ...options.v86,
  };
  const wasm_path = require.resolve("v86/build/v86.wasm");
  compiled ??= WebAssembly.compile(Uint8Array.from(await readFile(wasm_path)));
  await compiled;
  return {
    v86: { ...settings, bzimage: bzimage!, bios: bios!, initrd: initrd!, wasm_path, autostart: false },
    fingerprint: fingerprint(settings, images),
  };
}

function fingerprint(settings: V86Options, images: readonly Uint8Array[]): string {
  const { version } = require("v86/package.json") as { version: string };
  const hash = createHash("sha256").update(JSON.stringify([version, settings]));
  for (const image of images) hash.update(image);
  return hash.digest("hex");
}
