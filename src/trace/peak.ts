import type { ReplayResult } from "./replay-result.ts";
import { isBatch } from "./trace.ts";
import type { Trace } from "./trace.ts";

/** When most memory was in the balloon. */
export interface Peak {
  readonly balloonedFrames: number;
  /** Inflates and deflates up to then; 0 means that the trace starts with it. */
  readonly batch: number;
  /** Seconds since the first record; undefined if the trace was recorded without a clock. */
  readonly seconds: number | undefined;
  /** What was in the balloon, as ascending [first, frames] pairs. */
  readonly balloonedRuns: Uint32Array;
}

/**
 * Finds the peak in a trace that says what was in the balloon at its start.
 * @param replay replays a trace. It is called again with the records up to the peak
 */
export function peakOf(
  trace: Trace,
  { batches }: ReplayResult,
  replay: (trace: Trace) => ReplayResult,
): Peak {
  const { records } = trace;
  // Without a clock, the times are the numbers of the records.
  const clock = records.some(({ timeUs }, i) => timeUs > (records[i - 1]?.timeUs ?? 0) + 1);
  const peak = { balloonedFrames: -1, batch: 0, us: 0, records: 0 };
  let [batch, us, before] = [0, 0, records[0]?.timeUs ?? 0];
  for (const [i, record] of records.entries()) {
    // The time starts again at 0 after 71 minutes.
    us += (record.timeUs - before) >>> 0;
    before = record.timeUs;
    if (isBatch(record)) batch++;
    else if (record.kind !== "ballooned") continue;
    const frames = isBatch(record) ? batches[batch - 1]!.balloonedFrames : lengthOf(record.ranges);
    if (frames > peak.balloonedFrames)
      Object.assign(peak, { balloonedFrames: frames, batch, us, records: i + 1 });
  }
  const { balloonedRuns } = replay({ ...trace, records: records.slice(0, peak.records) });
  const { balloonedFrames } = peak;
  return { balloonedFrames, batch: peak.batch, seconds: clock ? peak.us / 1e6 : undefined, balloonedRuns };
}

function lengthOf(ranges: Uint32Array): number {
  return ranges.reduce((sum, word, i) => sum + (i % 2) * word, 0);
}
