import type { RamFrames } from "../memory/index.ts";
import type { HostFailure } from "./host-memory.ts";

/** The result of a host call whose range is not within guest memory. The call did nothing. */
export function outOfRange(call: string, first: number, frames: number, ram: RamFrames): HostFailure {
  const message = `${call} of ${String(frames)} frames at ${String(first)}: guest memory is ${String(ram)}`;
  return { code: "EINVAL", message };
}

/**
 * Checks the argument of a question about one frame. @throws TypeError for another kind of value; RangeError for a
 * frame that does not exist
 */
export function checkFrame(frame: number, ram: RamFrames): void {
  if (ram.contains(frame, 1)) return;
  if (typeof frame !== "number") throw new TypeError(`frame: expected a number, got ${typeof frame}`);
  throw new RangeError(`frame: expected one of ${String(ram)}, got ${frame}`);
}
