import type { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES } from "../memory/index.ts";

const TIMEOUT_MS = 60_000;
const TICK_MS = 10;

/**
 * Asks the guest for `frames` and waits until they are in the balloon and the driver confirms it.
 *
 * @param onTick called every few milliseconds while waiting
 * @returns the time that it took, in ms
 * @throws Error if the guest has not got there after `timeoutMs`
 */
export async function settle(
  device: Balloon,
  frames: number,
  onTick: () => void = () => undefined,
  timeoutMs: number = TIMEOUT_MS,
): Promise<number> {
  const started = performance.now();
  const bytes = frames * FRAME_BYTES;
  device.target = bytes;
  while (device.ballooned !== bytes || device.actual !== bytes) {
    if (performance.now() - started > timeoutMs)
      throw new Error(
        `the guest has given ${device.pages.count} of ${frames} frames after ${timeoutMs / 1000} s`,
      );
    onTick();
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return performance.now() - started;
}
