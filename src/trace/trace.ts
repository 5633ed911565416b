import { check } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";

/** PFNs in the order the driver wrote them: one descriptor chain, one acknowledgement. */
export interface BatchRecord {
  readonly kind: "inflate" | "deflate";
  /** Microseconds since the trace's first record, modulo 2^32; the record's number where there was no clock. */
  readonly timeUs: number;
  /** Frame numbers (4 KiB units), as the guest sent them: repeated or out of range if it did so. */
  readonly pfns: Uint32Array;
}

/** Free pages the guest named on the hinting or reporting queue: one chain, a buffer a range. */
export interface FreePagesRecord {
  readonly kind: "hint" | "report";
  /** As in {@link BatchRecord}. */
  readonly timeUs: number;
  /** [first frame, frames] pairs, in the order of the chain's buffers. */
  readonly ranges: Uint32Array;
}

/**
 * What was in the balloon at this moment: where the recording begins, and where the device went on from another page set, as
 * after a reset or a restore. Not the driver's word, but the device's.
 */
export interface BalloonedRecord {
  readonly kind: "ballooned";
  /** As in {@link BatchRecord}. */
  readonly timeUs: number;
  /** [first frame, frames] pairs: ascending, apart from each other, within the guest's memory. */
  readonly ranges: Uint32Array;
}

/** One chain that the driver sent, or what was in the balloon. */
export type TraceRecord = BatchRecord | FreePagesRecord | BalloonedRecord;

/** What one guest's balloon driver told its device. */
export interface Trace {
  /** The guest's memory in 4 KiB frames, at least 1. */
  readonly guestFrames: number;
  /**
   * In the order the device took the chains. Where the first is no {@link BalloonedRecord}, as in version 1 of the format, nobody
   * knows what was in the balloon before it.
   */
  readonly records: readonly TraceRecord[];
}

/** Whether the record is of the inflate or deflate queue, and not of free pages. */
export function isBatch(record: TraceRecord): record is BatchRecord {
  return record.kind === "inflate" || record.kind === "deflate";
}

const WORD: Kind = { integer: [[0, 2 ** 32 - 1]] };

/** A guest's memory in frames, as a trace has it. */
export const GUEST_FRAMES: Kind = { integer: [[1, 2 ** 32 - 1]] };

export const TRACE: Table<Trace> = {
  guestFrames: { needed: GUEST_FRAMES },
  records: { needed: "array" },
};

const KIND: Kind = {
  oneOf: ["inflate", "deflate", "hint", "report", "ballooned"] satisfies TraceRecord["kind"][],
};

export const BATCH_RECORD: Table<BatchRecord> = {
  kind: { needed: KIND },
  timeUs: { needed: WORD },
  pfns: { needed: "words" },
};

export const RANGES_RECORD: Table<FreePagesRecord | BalloonedRecord> = {
  kind: { needed: KIND },
  timeUs: { needed: WORD },
  ranges: { needed: "words" },
};

/**
 * A trace may be the host's own, made by hand.
 * @throws TypeError or RangeError for what is none: names what is wrong, such as `trace.records[3].pfns`
 */
export function checkTrace(trace: Trace): void {
  check("trace", { members: TRACE }, trace);
  trace.records.forEach((record, i) => {
    const name = `trace.records[${i}]`;
    check(name, { members: { kind: { needed: KIND } } }, record);
    check(name, { members: isBatch(record) ? BATCH_RECORD : RANGES_RECORD }, record);
    if (!isBatch(record) && record.ranges.length % 2 !== 0)
      throw new RangeError(`${name}.ranges: expected pairs, got a length of ${record.ranges.length}`);
  });
}
