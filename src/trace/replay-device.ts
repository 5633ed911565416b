import { check } from "../options/index.ts";
import { HOST_MEMORY } from "../host/host-memory.ts";
import type { Balloon, BalloonCounters, BatchEvent } from "../balloon/index.ts";
import type { HostMemory } from "../host/index.ts";
import { assumedRuns } from "./assumed-runs.ts";
import { resultOf } from "./replay-result.ts";
import type { ReplayedBatch, ReplayResult } from "./replay-result.ts";
import { TraceDriver } from "./trace-driver.ts";
import { checkTrace, isBatch } from "./trace.ts";
import type { BatchRecord, FreePagesRecord, Trace } from "./trace.ts";

/** The free pages that the device discarded. */
export interface FreePages {
  /** Number of chains that took effect, of ranges in them, and of their 4 KiB frames. */
  readonly records: number;
  readonly ranges: number;
  readonly frames: number;
}

export interface DeviceReplay extends ReplayResult {
  readonly hint: FreePages;
  readonly report: FreePages;
  /**
   * Number of hint and report records that were not sent, because a device on a pinned host does not offer their
   * queues.
   */
  readonly skipped: number;
  /** The device at the end: its host calls, the faults of the guest, and the outcome. */
  readonly balloon: BalloonCounters;
}

/**
 * Sends a trace to a new balloon device through rings in guest memory. Each record is one chain, which is acknowledged
 * before the next. Hints are sent as one run, which starts with the first hint.
 *
 * The device starts with the page set that {@link replayTracker} starts with, so the driver is not blamed for anything
 * it did before the recording. Unlike there, a batch of more than MAX_BATCH PFNs, or of none, has no effect.
 * @param host default: a new RecordingHost, which is pinned, so hints and reports are skipped; `unpinnedHost` takes
 * them, but locks nothing
 * @param onRecord called after each record, with the number of records replayed so far
 * @throws RangeError if the guest's memory cannot be allocated or cannot hold a batch, or if a record does not fit in a
 * chain
 * @throws TypeError or RangeError for wrong arguments
 * @throws Error if the device does not return a chain
 */
export function replayDevice(
  trace: Trace,
  host?: HostMemory,
  onRecord: (done: number) => void = () => undefined,
): DeviceReplay {
  checkTrace(trace);
  if (host !== undefined) check("host", HOST_MEMORY, host);
  check("onRecord", "function", onRecord);
  const driver = new TraceDriver(trace, host);
  const { device } = driver;
  const hint = countFreePages(device, "hint");
  const report = countFreePages(device, "report");
  const batches: ReplayedBatch[] = [];
  let skipped = 0;
  const assumed = assumedRuns(trace);
  if (assumed.length > 0) driver.hold(assumed);
  for (const [i, record] of trace.records.entries()) {
    if (record.kind === "ballooned") driver.hold(record.ranges);
    else if (isBatch(record)) batches.push(replayBatch(driver, record));
    else if (driver.takesFreePages) replayFreePages(driver, record);
    else skipped++;
    onRecord(i + 1);
  }
  return { ...resultOf(batches, device.pages.allRuns()), hint, report, skipped, balloon: device.counters() };
}

/** Replays a batch. The result comes from what the device reports to its host. */
function replayBatch(driver: TraceDriver, record: BatchRecord): ReplayedBatch {
  const { device } = driver;
  const told: BatchEvent[] = [];
  const stop = device.on(record.kind, (event) => told.push(event));
  driver.sendWords(record.kind, record.pfns);
  stop();
  const [{ pfns, changed } = { pfns: 0, changed: 0 }] = told;
  // Counters are slow to collect, and are needed only if a batch did not change all its frames.
  const outOfRange = pfns === changed ? 0 : driver.newlyOutOfRange();
  const balloonedFrames = device.pages.count;
  return { record, changed, redundant: pfns - changed - outOfRange, outOfRange, balloonedFrames };
}

function replayFreePages(driver: TraceDriver, { kind, ranges }: FreePagesRecord): void {
  if (kind === "hint" && !driver.hinting) driver.startHinting();
  driver.sendRanges(kind, ranges);
}

/** Returns counts that grow as the device discards free pages. */
function countFreePages(device: Balloon, kind: FreePagesRecord["kind"]): FreePages {
  const pages = { records: 0, ranges: 0, frames: 0 };
  device.on(kind, ({ ranges, frames }) => {
    pages.records++;
    pages.ranges += ranges;
    pages.frames += frames;
  });
  return pages;
}
