import type { BrowserName } from "../browser/find.ts";
import { expectIntact, inTab } from "./open-tab.ts";
import { readingOf } from "./readings.ts";
import type { Reading } from "./readings.ts";
import { hasZeroPage } from "./zero-page.ts";

export const UNTOUCHED_FRAMES = 100_000;
const DIRTIED_MIB = 192;
const GIVEN_FRAMES = 80_000;
/** So that the kernel does not write to pages by itself that it gives. */
const CMDLINE = "init_on_alloc=0";

/** A guest that gives memory which nobody has touched. */
export interface Growth {
  readonly zeroPage: boolean;
  readonly booted: Reading;
  readonly given: Reading;
  /** After it has taken all back, and `Cleanup()`. What the frames above took counts here, too. */
  readonly cleaned: Reading;
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

/** Linux with our balloon, or with v86's own. */
export function measureGrowth(browser: BrowserName, balloon: "ballonet" | "v86"): Promise<Growth> {
  return inTab(
    browser,
    async (tab) => {
      const zeroPage = await hasZeroPage(tab);
      await tab.call("boot", "linux", balloon);
      const booted = await readingOf(tab);
      await tab.call("give", UNTOUCHED_FRAMES);
      const given = await readingOf(tab);
      await tab.call("give", 0);
      await tab.call("cleanUp");
      return { zeroPage, booted, given, cleaned: await readingOf(tab) };
    },
    CMDLINE,
  );
}

/**
 * @param patient waits until the browser collects the old memory unasked
 * @throws Error if the guest loses data
 */
export function measureShrinking(browser: BrowserName, patient: boolean): Promise<Shrunk> {
  return inTab(
    browser,
    async (tab) => {
      await tab.call("boot", "linux", "ballonet");
      const booted = await readingOf(tab);
      await tab.call("dirty", DIRTIED_MIB);
      const dirtied = await readingOf(tab);
      await tab.call("give", GIVEN_FRAMES);
      const { stillMs, copiedBytes } = await tab.call("compact");
      const unaskedMs = patient ? await tab.waitUnasked() : undefined;
      const compacted = await readingOf(tab);
      await expectIntact(tab);
      return { booted, dirtied, compacted, unaskedMs, stillMs, copiedBytes };
    },
    CMDLINE,
  );
}
