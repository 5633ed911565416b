import { WAIT_OPTIONS } from "../balloon/index.ts";
import type { Balloon, WaitOptions } from "../balloon/index.ts";
import { readOptions } from "../options/index.ts";

/**
 * Waits for the device before the method `name` waits for the guest.
 * @throws (as a rejection) TypeError or RangeError for wrong options; the signal's reason; the error of `ready`
 */
export async function whenReady(
  ready: Promise<Balloon>,
  name: string,
  options: WaitOptions | undefined,
): Promise<Balloon> {
  const { signal } = readOptions(name, WAIT_OPTIONS, options);
  if (signal === undefined) return ready;
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason of a signal may be anything
      reject(signal.reason);
    };
  });
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([aborted, ready]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
