import type { BrowserName } from "../browser/find.ts";
import { expectIntact, inTab } from "./open-tab.ts";
import type { OpenTab } from "./open-tab.ts";
import type { BalloonName } from "./page/main.ts";
import { readingOf } from "./readings.ts";
import type { Reading } from "./readings.ts";

export const UNTOUCHED_FRAMES = 100_000;
const DIRTIED_MIB = 192;
const GIVEN_FRAMES = 80_000;
/** So that the kernel does not write to pages by itself that it gives. */
const CMDLINE = "init_on_alloc=0";

/** A guest that gives memory which nobody has touched. */
export interface Growth {
  readonly booted: Reading;
  readonly given: Reading;
  /** After it has taken all back, and `Cleanup()`. What the frames above took counts here, too. */
  readonly cleaned: Reading;
  /** What our balloon wrote over what was not zero: little, since nobody had touched most of it. */
  readonly writtenBytes: number;
}

/** A guest that writes to memory, frees and gives it, and is compacted. */
export interface Shrunk {
  readonly booted: Reading;
  readonly dirtied: Reading;
  readonly compacted: Reading;
  /** How long it took until the tab had collected the old memory unasked, in ms; undefined: it had to be asked. */
  readonly unaskedMs: number | undefined;
  readonly stillMs: number;
  readonly copiedBytes: number;
}

/** Boots Linux with our balloon, or with v86's own, while `use` uses it. */
export function inLinux<T>(
  browser: BrowserName,
  balloon: BalloonName,
  use: (tab: OpenTab, booted: Reading) => Promise<T>,
): Promise<T> {
  const bootAndUse = async (tab: OpenTab): Promise<T> => {
    await tab.call("boot", "linux", balloon);
    return use(tab, await readingOf(tab));
  };
  return inTab(browser, bootAndUse, CMDLINE);
}

/** Has Linux give untouched memory. */
export async function measureGrowth(tab: OpenTab, booted: Reading): Promise<Growth> {
  const first = await tab.call("give", UNTOUCHED_FRAMES);
  const given = await readingOf(tab);
  await tab.call("give", 0);
  const second = await tab.call("cleanUp");
  const cleaned = await readingOf(tab);
  return { booted, given, cleaned, writtenBytes: first + second };
}

/**
 * Has Linux write to memory, free and give it, and compacts the machine.
 *
 * @param patient waits until the browser collects the old memory unasked
 * @throws Error if the guest loses data
 */
export async function measureShrinking(tab: OpenTab, booted: Reading, patient: boolean): Promise<Shrunk> {
  await tab.call("dirty", DIRTIED_MIB);
  const dirtied = await readingOf(tab);
  await tab.call("give", GIVEN_FRAMES);
  const { stillMs, copiedBytes } = await tab.call("compact");
  const unaskedMs = patient ? await tab.waitUnasked() : undefined;
  const compacted = await readingOf(tab);
  await expectIntact(tab);
  return { booted, dirtied, compacted, unaskedMs, stillMs, copiedBytes };
}
