import type { OpenTab } from "./open-tab.ts";

const BYTES = 64 * 2 ** 20;

/**
 * Whether memory that is only read takes none. Linux backs it with its one page of zeros, unless it was told not to; other
 * systems do not. Without it, looking for zeros in memory that nobody has touched costs that memory.
 */
export async function hasZeroPage(tab: OpenTab): Promise<boolean> {
  const before = tab.memory().rss;
  await tab.call("readUntouched", BYTES);
  const taken = tab.memory().rss - before;
  await tab.call("readUntouched", 0);
  return taken < BYTES / 2;
}
