import type { Balloon } from "../../balloon/index.ts";
import { settle } from "../../guest/settle.ts";
import { bar, frames } from "./screen.ts";
import type { Screen } from "./screen.ts";

/** Asks for `target` frames and shows the progress. @throws Error if the guest does not get there in time */
export async function moveTo(screen: Screen, device: Balloon, target: number): Promise<void> {
  const from = device.pages.count;
  const label = target >= from ? "inflate" : "deflate";
  const before = device.counters().batches;
  const ms = await settle(device, target, () => {
    const { count } = device.pages;
    screen.progress(label, `${bar(count - from, target - from)} ${frames(count)}`);
  });
  const { batches } = device.counters();
  const sent = batches.inflate - before.inflate + batches.deflate - before.deflate;
  screen.line(label, `to ${frames(target)} in ${Math.round(ms)} ms, ${sent} batches`);
}
