import { back, lastBacked, lastFrame } from "./backing";
import { RESULTS, STAGING, UNBACKED } from "./layout";
import { INFLATE, changedOf } from "./modes";
import { SHORT, applyLong, applyShort } from "./words";

/**
 * Adds the runs { first: u32, frames: u32 } in the first 8 * `n` bytes of the staging area to the set; returns how many
 * frames that added. The caller has checked that they are runs of frames; the function leaves out anything else.
 */
export function inflateList(n: u32): u32 {
  const end = STAGING + (<usize>n << 3);
  let changed: u32 = 0;
  let unbacked: u32 = 0;
  for (let run = STAGING; run < end; run += 8) {
    const first = load<u32>(run);
    const frames = load<u32>(run, 4);
    if (frames == 0 || first > lastFrame || frames - 1 > lastFrame - first) continue;
    const last = first + frames - 1;
    if (last > lastBacked && !back(last)) unbacked += frames;
    else changed += changedOf(frames, inflateRun(first, frames), INFLATE);
  }
  store<u32>(RESULTS, unbacked, UNBACKED);
  return changed;
}

// @ts-ignore: decorator
@inline
function inflateRun(first: u32, frames: u32): u32 {
  return frames <= SHORT ? applyShort(first, (frames - 1) << 2, INFLATE) : applyLong(first, frames, INFLATE);
}
