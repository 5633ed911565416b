import { Header, HEADER_WORDS, KINDS, MAGIC, RECORD_WORDS, Version, faultInRuns } from "./format.ts";
import { checkTrace, isBatch } from "./trace.ts";
import type { Trace, TraceRecord } from "./trace.ts";

/**
 * Encodes a trace in the `.vbtr` format.
 * @throws TypeError unless it is a trace. RangeError if guestFrames is 0, if a number is not an unsigned 32-bit
 * integer, if a range is incomplete, if the runs of a page set do not ascend within the guest, or if there is a page
 * set record but the first record is not one.
 */
export function encodeTrace(trace: Trace): Uint8Array {
  checkTrace(trace);
  const { guestFrames, records } = trace;
  const words = new Uint32Array(records.reduce((sum, record) => sum + wordsIn(record), HEADER_WORDS));
  words[Header.MAGIC] = MAGIC;
  words[Header.VERSION] = versionOf(records);
  words[Header.GUEST_FRAMES] = guestFrames;
  words[Header.RECORDS] = records.length;
  let at = HEADER_WORDS;
  for (const record of records) {
    if (record.kind === "ballooned" && faultInRuns(record.ranges, guestFrames) !== undefined)
      throw new RangeError(`ballooned: expected ascending runs within ${guestFrames} frames`);
    writeRecord(words, at, record);
    at += wordsIn(record);
  }
  return new Uint8Array(words.buffer);
}

function versionOf(records: readonly TraceRecord[]): number {
  if (records[0]?.kind === "ballooned") return Version.KNOWN_START;
  if (!records.some(({ kind }) => kind === "ballooned")) return Version.UNKNOWN_START;
  throw new RangeError("ballooned: expected such a record at the start, where there are others");
}

function writeRecord(words: Uint32Array, at: number, record: TraceRecord): void {
  const { number, width } = KINDS.find(({ kind }) => kind === record.kind)!;
  const payload = payloadOf(record);
  words[at] = number;
  words[at + 1] = record.timeUs;
  words[at + 2] = payload.length / width;
  words.set(payload, at + RECORD_WORDS);
}

function payloadOf(record: TraceRecord): Uint32Array {
  return isBatch(record) ? record.pfns : record.ranges;
}

function wordsIn(record: TraceRecord): number {
  return RECORD_WORDS + payloadOf(record).length;
}
