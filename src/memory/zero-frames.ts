import { FRAME_BYTES } from "./frame.ts";
import type { GuestMemory } from "./guest-memory.ts";
import { LinearMemory } from "./linear-memory.ts";
import { RegionMemory } from "./region-memory.ts";
import type { ZeroScan } from "./zero-scan.ts";

/**
 * Has all frames filled that are not zero yet. Frames that are zero are not written, because an untouched page of an
 * emulator's memory takes no memory of the host. Frames that are not zero are looked for and filled in one piece: one
 * call for each takes longer, and a processor loads pages that one loop looks at side by side. The caller has checked the
 * range.
 * @param fill called with the address and the length in bytes of each piece
 */
export function zeroFrames(
  scan: ZeroScan,
  address: number,
  frames: number,
  fill: (address: number, bytes: number) => void,
): void {
  const end = address + frames * FRAME_BYTES;
  for (let at = address; at < end;) {
    at += scan.zeros(at, (end - at) / FRAME_BYTES) * FRAME_BYTES;
    if (at === end) return;
    // This frame was not zero. If it is asked again, another thread may have changed it, and the scan would not go on.
    const next = at + FRAME_BYTES;
    const bytes = FRAME_BYTES + scan.others(next, (end - next) / FRAME_BYTES) * FRAME_BYTES;
    fill(at, bytes);
    at += bytes;
  }
}

/** A scan of any guest memory, by the guest's physical addresses. */
export function zeroScanOf(memory: GuestMemory): ZeroScan {
  return memory instanceof LinearMemory || memory instanceof RegionMemory ? memory : new MemoryScan(memory);
}

class MemoryScan implements ZeroScan {
  readonly #memory: GuestMemory;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  zeros(address: number, frames: number): number {
    let found = 0;
    while (found < frames && this.#isZero(address, found)) found++;
    return found;
  }

  others(address: number, frames: number): number {
    let found = 0;
    while (found < frames && !this.#isZero(address, found)) found++;
    return found;
  }

  /** Whether frame `at` from `address` on is zero. A memory in JavaScript may say so with any value. */
  #isZero(address: number, at: number): boolean {
    return this.#memory.isZero(address + at * FRAME_BYTES, FRAME_BYTES);
  }
}
