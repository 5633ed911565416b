import { FRAME_BYTES } from "./frame.ts";
import type { GuestMemory } from "./guest-memory.ts";
import { LinearMemory } from "./linear-memory.ts";
import { RegionMemory } from "./region-memory.ts";
import type { ZeroScan } from "./zero-scan.ts";

/**
 * Calls `visit` with the address and the length in bytes of each piece that has no frame of zeros. Frames are looked at in
 * runs: one call for each takes longer, and a processor loads pages that one loop looks at side by side. `visit` may write
 * the piece. The caller has checked the range.
 */
export function forEachUsed(
  scan: ZeroScan,
  address: number,
  frames: number,
  visit: (address: number, bytes: number) => void,
): void {
  const end = address + frames * FRAME_BYTES;
  for (let at = address; at < end;) {
    at += scan.zeros(at, (end - at) / FRAME_BYTES) * FRAME_BYTES;
    if (at === end) return;
    // This frame was not zero. If it is asked again, another thread may have changed it, and the scan would not go on.
    const next = at + FRAME_BYTES;
    const bytes = FRAME_BYTES + scan.others(next, (end - next) / FRAME_BYTES) * FRAME_BYTES;
    visit(at, bytes);
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
