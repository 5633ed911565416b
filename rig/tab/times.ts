import type { BrowserName } from "../browser/find.ts";
import { inTab } from "./open-tab.ts";
import type { FrameTimes } from "./page/frames.ts";
import type { StateTimes } from "./page/states.ts";

const GIVEN_FRAMES = 102_400;

/** What takes time, each as often as it was measured. */
export interface Times {
  readonly states: readonly StateTimes[];
  readonly frames: FrameTimes;
}

/** Times an embedded guest of 512 MiB, of which 112 are in use, and what one pays for each frame. */
export function measureTimes(browser: BrowserName, rounds: number): Promise<Times> {
  return inTab(browser, async (tab) => {
    const frames = await tab.call("timeFrames");
    await tab.call("boot", "embedded", "ballonet");
    await tab.call("give", GIVEN_FRAMES);
    // The first round warms: V8 compiles what copies.
    await tab.call("timeStates");
    const states: StateTimes[] = [];
    for (let round = 0; round < rounds; round++) {
      await tab.collected();
      states.push(await tab.call("timeStates"));
    }
    return { states, frames };
  });
}
