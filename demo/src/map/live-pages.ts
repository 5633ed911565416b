import type { Session } from "../machine/session.ts";
import { fillRuns, State } from "./states.ts";
import type { PageStates } from "./states.ts";

/** The pages of a running guest as its device knows them now. */
export function livePages({ balloon, reported }: Session): PageStates {
  const { device } = balloon;
  const { keptLocked, owed } = device.state().lock;
  const pages = reported.map((free) => (free === 1 ? State.REPORTED : State.GUEST));
  fillRuns(pages, device.pages.allRuns(), device.counters().locking ? State.UNLOCKED : State.BALLOONED);
  fillRuns(pages, keptLocked, State.BALLOONED);
  fillRuns(pages, owed, State.FAILED);
  return pages;
}
