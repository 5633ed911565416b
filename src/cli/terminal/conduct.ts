import type { BalloonCounters } from "../../balloon/index.ts";
import type { Screen } from "./screen.ts";

/** Prints what a driver did wrong. */
export function printConduct(screen: Screen, { faults, broken }: BalloonCounters): void {
  const counts = Object.entries(faults).map(([kind, count]) => `${kind} ${count}`);
  screen.line("bad input", counts.length === 0 ? "none" : counts.join(", "));
  for (const { rule, says, times, first } of broken)
    screen.line("broken", `${rule}, ${times}×, first at ${first}: the driver ${says}`);
}
