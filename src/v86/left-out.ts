import { FRAME_BYTES } from "../memory/index.ts";
import type { Balloon } from "../balloon/index.ts";
import { Runs } from "../tracker/index.ts";

/**
 * The ascending frames of guest memory that need not be saved or copied: those in the balloon, if the driver has
 * promised to tell before it takes one back and may not do so silently. A driver without that promise may use them at
 * any time. Hinted and reported frames have no such promise at all.
 */
export function leftOut(device: Balloon | undefined): Runs {
  return device?.counters().outcome?.lockPolicy === "on" ? new Runs(device.pages.allRuns()) : new Runs();
}

/**
 * The same frames, shifted by `bytes`, the offset of guest memory. Empty unless that offset is a whole number of
 * frames.
 */
export function moved(runs: Runs, bytes: number): Runs {
  const by = bytes / FRAME_BYTES;
  const result = new Runs();
  if (Number.isInteger(by)) for (const [first, frames] of runs) result.push(first + by, frames);
  return result;
}
