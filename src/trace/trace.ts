import { FRAME_BYTES, RamFrames } from "../memory/index.ts";
import type { GuestRegion } from "../memory/index.ts";
import { check } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";

/** PFNs in the order in which the driver wrote them: one descriptor chain with one acknowledgement. */
export interface BatchRecord {
  readonly kind: "inflate" | "deflate";
  /**
   * Microseconds since the first record of the trace, modulo 2^32, or the number of the record if there was no clock.
   */
  readonly timeUs: number;
  /** Frame numbers (4 KiB units) as the guest sent them. They may be repeated or out of range. */
  readonly pfns: Uint32Array;
}

/** Free pages that the guest named on the hinting or reporting queue: one chain, with a buffer for each range. */
export interface FreePagesRecord {
  readonly kind: "hint" | "report";
  /** The same as in {@link BatchRecord}. */
  readonly timeUs: number;
  /** [first frame, frames] pairs, in the order of the chain's buffers. */
  readonly ranges: Uint32Array;
}

/**
 * What was in the balloon at this moment. It is recorded at the start, and whenever the device continued with another
 * page set, as after a reset or a restore. It comes from the device, not from the driver.
 */
export interface BalloonedRecord {
  readonly kind: "ballooned";
  /** The same as in {@link BatchRecord}. */
  readonly timeUs: number;
  /** [first frame, frames] pairs: ascending, with gaps between them, within the guest's memory. */
  readonly ranges: Uint32Array;
}

/** A chain that the driver sent, or what was in the balloon. */
export type TraceRecord = BatchRecord | FreePagesRecord | BalloonedRecord;

/** What a guest's balloon driver sent to its device. */
export interface Trace {
  /** One more than the last PFN of guest memory: its size in 4 KiB frames, if it has no holes. At least 1. */
  readonly guestFrames: number;
  /**
   * The regions of guest memory that does not begin at 0 or has holes, as [first frame, frames] pairs: ascending, with
   * gaps between them, and up to `guestFrames`. Such a trace must say what was in the balloon at its start.
   */
  readonly memory?: Uint32Array;
  /**
   * Records in the order in which the device took the chains. If the first is not a {@link BalloonedRecord}, as in
   * version 1 of the format, what was in the balloon at the start is unknown.
   */
  readonly records: readonly TraceRecord[];
}

/** Whether the record is from the inflate or deflate queue. */
export function isBatch(record: TraceRecord): record is BatchRecord {
  return record.kind === "inflate" || record.kind === "deflate";
}

const WORD: Kind = { integer: [[0, 2 ** 32 - 1]] };

/** Size of a guest's memory in frames, as a trace has it. */
export const GUEST_FRAMES: Kind = { integer: [[1, 2 ** 32 - 1]] };

export const TRACE: Table<Trace> = {
  guestFrames: { needed: GUEST_FRAMES },
  memory: "words",
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
 * Guest memory of a trace, frame by frame.
 */
export function ramOf({ guestFrames, memory = Uint32Array.of(0, guestFrames) }: Trace): RamFrames {
  const regions: GuestRegion[] = [];
  for (let i = 0; i < memory.length; i += 2)
    regions.push({ base: memory[i]! * FRAME_BYTES, size: memory[i + 1]! * FRAME_BYTES });
  return new RamFrames({ regions });
}

/**
 * Checks a trace, which the host may have made by hand.
 * @throws TypeError or RangeError unless it is a trace; the message names what is wrong, such as
 * `trace.records[3].pfns`
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
