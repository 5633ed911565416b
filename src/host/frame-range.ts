import type { HostFailure } from "./host-memory.ts";

/** Whether [first, first + frames) is at least one frame, and all of it in memory of `limit` frames. */
export function isFrameRange(first: number, frames: number, limit: number): boolean {
  return (
    Number.isInteger(first) &&
    Number.isInteger(frames) &&
    first >= 0 &&
    frames >= 1 &&
    first + frames <= limit
  );
}

/** What a host call answers whose range is not within guest memory of `limit` frames: nothing was done. */
export function outOfRange(call: string, first: number, frames: number, limit: number): HostFailure {
  const message = `${call} of ${String(frames)} frames at ${String(first)}: guest memory is frames 0 to ${limit - 1}`;
  return { code: "EINVAL", message };
}

/** For questions about one frame. @throws TypeError for another kind of value, RangeError for a frame that is not there */
export function checkFrame(frame: number, limit: number): void {
  if (isFrameRange(frame, 1, limit)) return;
  if (typeof frame !== "number") throw new TypeError(`frame: expected a number, got ${typeof frame}`);
  throw new RangeError(`frame: expected an integer from 0 to ${limit - 1}, got ${frame}`);
}
