import type { HostFailure } from "./host-memory.ts";

/** Whether [first, first + frames) has at least one frame and lies completely within `limit` frames. */
export function isFrameRange(first: number, frames: number, limit: number): boolean {
  return (
    Number.isInteger(first) &&
    Number.isInteger(frames) &&
    first >= 0 &&
    frames >= 1 &&
    first + frames <= limit
  );
}

/** The result of a host call whose range is not within guest memory of `limit` frames. The call did nothing. */
export function outOfRange(call: string, first: number, frames: number, limit: number): HostFailure {
  const message = `${call} of ${String(frames)} frames at ${String(first)}: guest memory is frames 0 to ${limit - 1}`;
  return { code: "EINVAL", message };
}

/**
 * Checks the argument of a question about one frame. @throws TypeError for another kind of value; RangeError for a
 * frame that does not exist
 */
export function checkFrame(frame: number, limit: number): void {
  if (isFrameRange(frame, 1, limit)) return;
  if (typeof frame !== "number") throw new TypeError(`frame: expected a number, got ${typeof frame}`);
  throw new RangeError(`frame: expected an integer from 0 to ${limit - 1}, got ${frame}`);
}
