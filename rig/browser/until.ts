import { setTimeout } from "node:timers/promises";

const PATIENCE_MS = 30_000;
/** Between two looks. */
const LOOK_MS = 25;

/**
 * Looks until there is something to see, and returns it.
 *
 * @param look its result does not count while it is false, null or undefined
 * @param what is waited for: words for the error
 * @throws Error after `timeoutMs`, 30 seconds by default
 */
export async function until<Seen>(
  look: () => Promise<Seen>,
  what: string,
  timeoutMs: number = PATIENCE_MS,
): Promise<Exclude<Seen, false | null | undefined>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== false && seen !== null && seen !== undefined)
      return seen as Exclude<Seen, false | null | undefined>;
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await setTimeout(LOOK_MS);
  }
}
