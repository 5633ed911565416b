import { existsSync } from "node:fs";
import { InputError, UnavailableError } from "../errors.ts";
import { bootKernel } from "../../guest/kernel-guest.ts";
import { readInput } from "../files.ts";
import { MIB } from "../options.ts";
import type { RecordGuest } from "./guests.ts";

const MEMORY_BYTES = 256 * MIB;
/** The places where distributions install SeaBIOS. */
const BIOS_PATHS: readonly string[] = ["/usr/share/seabios/bios.bin", "/usr/share/qemu/bios.bin"];
/** The place of the magic number in every kernel since boot protocol 2.00 (Documentation/arch/x86/boot.rst). */
const MAGIC_AT = 0x202;
const MAGIC = "HdrS";

/** The user's own kernel: its files and its command line. */
export interface OwnKernel {
  readonly kernel: string;
  readonly initrd?: string | undefined;
  readonly bios?: string | undefined;
  readonly cmdline: string;
}

/** A guest with the user's own kernel. */
export function kernelGuest(
  { kernel, initrd, bios, cmdline }: OwnKernel,
  biosPaths: readonly string[] = BIOS_PATHS,
): RecordGuest {
  return {
    name: kernel,
    memoryBytes: MEMORY_BYTES,
    boot: async (attach, onProgress) => {
      const parts = {
        kernel: await readKernel(kernel),
        initrd: initrd === undefined ? undefined : await readInput(initrd),
        bios: await readInput(bios ?? installed(biosPaths)),
        cmdline,
        memoryBytes: MEMORY_BYTES,
      };
      return { name: kernel, ...(await bootKernel(parts, attach, onProgress)) };
    },
  };
}

/** @throws UnavailableError if SeaBIOS is not installed */
function installed(biosPaths: readonly string[]): string {
  const found = biosPaths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UnavailableError(
    `a kernel needs a BIOS, but there is none at ${biosPaths.join(" or ")}: install the package seabios, or name a file with --bios`,
  );
}

/**
 * Reads a kernel that v86 can boot. With another file, the command would wait in vain for a driver. @throws InputError
 */
async function readKernel(path: string): Promise<Uint8Array> {
  const bytes = await readInput(path);
  const magic = String.fromCharCode(...bytes.subarray(MAGIC_AT, MAGIC_AT + MAGIC.length));
  if (magic === MAGIC) return bytes;
  throw new InputError(
    `${path} is not a bootable Linux kernel: expected a bzImage, with "${MAGIC}" at byte 0x${MAGIC_AT.toString(16)}. Distributions call it vmlinuz`,
  );
}
