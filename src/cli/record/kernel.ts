import { InputError } from "../input-error.ts";
import { readInput } from "../input.ts";

/** Where every kernel since boot protocol 2.00 has its magic (Documentation/arch/x86/boot.rst). */
const MAGIC_AT = 0x202;
const MAGIC = "HdrS";

/** A kernel that v86 can boot: with any other file it would wait for a driver in vain. @throws InputError */
export async function readKernel(path: string): Promise<Uint8Array> {
  const bytes = await readInput(path);
  const magic = String.fromCharCode(...bytes.subarray(MAGIC_AT, MAGIC_AT + MAGIC.length));
  if (magic === MAGIC) return bytes;
  throw new InputError(
    `${path} is no Linux kernel that can be booted: expected a bzImage, with "${MAGIC}" at byte 0x${MAGIC_AT.toString(16)}. Distributions call it vmlinuz`,
  );
}
