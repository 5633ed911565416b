import type { BrowserName } from "../browser/find.ts";
import { expectIntact, inTab } from "./open-tab.ts";
import { readingOf } from "./readings.ts";
import type { Reading } from "./readings.ts";

const GIVEN_FRAMES = 102_400;
/** At the end the guest takes some back. */
const LEFT_FRAMES = 76_800;

/** The embedded guest, which has written to all of its 512 MiB, gives 400 MiB of them and is compacted. */
export interface Given {
  readonly booted: Reading;
  readonly given: Reading;
  readonly peakBytes: number;
  readonly compacted: Reading;
  /** How long it took until the tab had collected the old memory unasked, in ms; undefined: it had to be asked. */
  readonly unaskedMs: number | undefined;
  readonly copiedBytes: number;
}

/**
 * @param patient waits until the browser collects the old memory unasked
 * @throws Error if the guest loses data
 */
export function measureGiven(browser: BrowserName, patient: boolean): Promise<Given> {
  return inTab(browser, async (tab) => {
    await tab.call("boot", "embedded", "ballonet");
    const booted = await readingOf(tab);
    await tab.call("give", GIVEN_FRAMES);
    const given = await readingOf(tab);
    const { copiedBytes } = await tab.call("compact");
    const peakBytes = tab.memory().rss;
    const unaskedMs = patient ? await tab.waitUnasked() : undefined;
    const compacted = await readingOf(tab);
    await tab.call("give", LEFT_FRAMES);
    await expectIntact(tab);
    return { booted, given, peakBytes, compacted, unaskedMs, copiedBytes };
  });
}
