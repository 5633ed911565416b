import { FRAME_BYTES } from "../host/index.ts";
import type { Balloon } from "../balloon/index.ts";
import { Runs } from "../tracker/index.ts";

/**
 * The frames of guest memory that need not be kept, ascending: those in the balloon, as long as the driver has promised to
 * tell before it takes one back, and may not do so silently. A driver that gave no such promise may use them at any time;
 * nobody promises anything for hinted and reported frames.
 */
export function leftOut(device: Balloon | undefined): Runs {
  return device?.counters().outcome?.lockPolicy === "on" ? new Runs(device.pages.allRuns()) : new Runs();
}

/** The same frames, counted from `bytes` before guest memory; none unless that is whole frames. */
export function moved(runs: Runs, bytes: number): Runs {
  const by = bytes / FRAME_BYTES;
  const result = new Runs();
  if (Number.isInteger(by)) for (const [first, frames] of runs) result.push(first + by, frames);
  return result;
}
