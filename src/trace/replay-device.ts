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

/** What the device took of the free pages it was told about. */
export interface FreePages {
  /** Chains that took effect, the ranges in them, and their 4 KiB frames. */
  readonly records: number;
  readonly ranges: number;
  readonly frames: number;
}

export interface DeviceReplay extends ReplayResult {
  readonly hint: FreePages;
  readonly report: FreePages;
  /** Hint and report records that were not sent, because a device on a pinned host does not offer their queues. */
  readonly skipped: number;
  /** The device at the end: host calls made, faults of the guest, outcome. */
  readonly balloon: BalloonCounters;
}

/**
 * Sends a trace to a new balloon device through rings in guest memory: a chain a record, each acknowledged before the
 * next. Hints are sent as one run, started by the first of them.
 *
 * The device begins with what was in the balloon, as {@link replayTracker} does: no driver is accused for what it did before
 * the recording.
 *
 * What differs from it: a batch of more than MAX_BATCH PFNs, or of none, has no effect.
 * @param host default: a new RecordingHost, which is pinned and so skips hints and reports; `unpinnedHost` takes
 * them, but locks nothing
 * @param onRecord called after each record, with how many have been replayed
 * @throws RangeError when the guest's memory cannot be had or cannot hold a batch, or for a record no chain can be
 * @throws TypeError or RangeError for anything that is not of its kind
 * @throws Error when the device does not return a chain
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

/** What became of the PFNs, from what the device tells its host. */
function replayBatch(driver: TraceDriver, record: BatchRecord): ReplayedBatch {
  const { device } = driver;
  const told: BatchEvent[] = [];
  const stop = device.on(record.kind, (event) => told.push(event));
  driver.sendWords(record.kind, record.pfns);
  stop();
  const [{ pfns, changed } = { pfns: 0, changed: 0 }] = told;
  // Counters take long to make: only a batch that did not change all its frames needs them.
  const outOfRange = pfns === changed ? 0 : driver.newlyOutOfRange();
  const balloonedFrames = device.pages.count;
  return { record, changed, redundant: pfns - changed - outOfRange, outOfRange, balloonedFrames };
}

function replayFreePages(driver: TraceDriver, { kind, ranges }: FreePagesRecord): void {
  if (kind === "hint" && !driver.hinting) driver.startHinting();
  driver.sendRanges(kind, ranges);
}

/** Counts that go on growing as the device takes free pages. */
function countFreePages(device: Balloon, kind: FreePagesRecord["kind"]): FreePages {
  const pages = { records: 0, ranges: 0, frames: 0 };
  device.on(kind, ({ ranges, frames }) => {
    pages.records++;
    pages.ranges += ranges;
    pages.frames += frames;
  });
  return pages;
}
