import { FRAME_BYTES } from "./frame.ts";
import type { GuestMemory } from "./guest-memory.ts";

/** A PFN that is never a frame. */
const NO_PFN = 0xffffffff;

/** The 4 KiB frames of guest RAM. PFNs are physical addresses divided by 4096, so holes have PFNs but no frames. */
export class RamFrames {
  /** Number of frames. */
  readonly count: number;
  /** One more than the last PFN. Equal to `count` if RAM begins at 0 and has no hole. */
  readonly end: number;
  /** [first, frames] of each region. A region that has no whole frame is left out. */
  readonly pairs: Uint32Array;
  /** Whether there are PFNs below `end` that are not frames. */
  readonly hasHoles: boolean;

  constructor({ regions }: Pick<GuestMemory, "regions">) {
    const pairs = regions
      .map(({ base, size }) => [base / FRAME_BYTES, Math.floor(size / FRAME_BYTES)] as const)
      .filter(([, frames]) => frames > 0);
    this.pairs = Uint32Array.from(pairs.flat());
    this.count = pairs.reduce((sum, [, frames]) => sum + frames, 0);
    const last = pairs.at(-1);
    this.end = last === undefined ? 0 : last[0] + last[1];
    this.hasHoles = this.count < this.end;
  }

  /** Whether [first, first + frames) has at least one frame and lies completely within one region. */
  contains(first: number, frames: number): boolean {
    if (!(Number.isInteger(first) && Number.isInteger(frames) && frames >= 1)) return false;
    for (let i = 0; i < this.pairs.length; i += 2) {
      if (first >= this.pairs[i]! && first + frames <= this.pairs[i]! + this.pairs[i + 1]!) return true;
    }
    return false;
  }

  /** Replaces those of the first `count` PFNs that are not frames by one that is outside guest memory. */
  maskHoles(pfns: Uint32Array, count: number = pfns.length): void {
    for (let i = 0; i < count; i++) if (!this.contains(pfns[i]!, 1)) pfns[i] = NO_PFN;
  }

  /** The frames in words, for a message: "frames 0 to 255 and 1048576 to 1048831". */
  toString(): string {
    const ranges: string[] = [];
    for (let i = 0; i < this.pairs.length; i += 2)
      ranges.push(`${this.pairs[i]!} to ${this.pairs[i]! + this.pairs[i + 1]! - 1}`);
    return `frames ${ranges.join(" and ")}`;
  }
}
