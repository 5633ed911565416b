import { FRAME_BYTES } from "../host/index.ts";
import type { Balloon } from "../balloon/index.ts";

/** Frames [first, first + frames). */
export interface FrameRun {
  readonly first: number;
  readonly frames: number;
}

/**
 * The frames of guest memory that need not be kept, ascending: those in the balloon, as long as the driver has promised to
 * tell before it takes one back, and may not do so silently. A driver that gave no such promise may use them at any time;
 * nobody promises anything for hinted and reported frames.
 */
export function leftOut(device: Balloon | undefined): FrameRun[] {
  const runs: FrameRun[] = [];
  if (device?.counters().outcome?.lockPolicy === "on")
    device.pages.forEachRun((first, frames) => runs.push({ first, frames }));
  return runs;
}

/** The same frames, counted from `bytes` before guest memory; none unless that is whole frames. */
export function moved(runs: readonly FrameRun[], bytes: number): FrameRun[] {
  const by = bytes / FRAME_BYTES;
  return Number.isInteger(by) ? runs.map(({ first, frames }) => ({ first: first + by, frames })) : [];
}
