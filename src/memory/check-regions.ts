import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import { FRAME_BYTES } from "./frame.ts";
import type { GuestRegion } from "./guest-memory.ts";

/** PFNs are 32 bits, and the last one is never a frame. */
const MOST_BYTES = (2 ** 32 - 1) * FRAME_BYTES;

/**
 * Checks that regions begin at whole frames, ascend, and are apart. Regions that touch are refused, because a run of
 * frames would cross from one to the other.
 * @param sizes what the host calls the size of a region. Guest memory of its own may end with part of a frame
 * @throws TypeError or RangeError, naming the region as `name[1].base`
 */
export function checkRegions(name: string, regions: readonly GuestRegion[], sizes = ".size"): void {
  check(name, "array", regions);
  if (regions.length === 0) throw new RangeError(`${name}: expected at least one region, got none`);
  let least = 0;
  regions.forEach((region, i) => {
    const at = `${name}[${i}]`;
    check(at, "object", region);
    check(`${at}.base`, within(least, MOST_BYTES, FRAME_BYTES), region.base);
    const size = within(0, MOST_BYTES - region.base, sizes === ".size" ? 1 : FRAME_BYTES);
    check(`${at}${sizes}`, size, region.size);
    least = region.base + region.size + FRAME_BYTES;
  });
}

function within(least: number, most: number, multipleOf: number): Kind {
  return { integer: [[least, most]], multipleOf };
}
