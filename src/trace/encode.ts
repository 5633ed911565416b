import { Header, HEADER_WORDS, KINDS, MAGIC, RECORD_WORDS, Version, faultInRuns } from "./format.ts";
import { checkTrace, isBatch } from "./trace.ts";
import type { Trace, TraceRecord } from "./trace.ts";

/**
 * Writes a trace in the `.vbtr` format.
 * @throws TypeError for what is no trace; RangeError for guestFrames of 0, a number that is no unsigned 32-bit
 * integer, half a range, runs of a page set that do not ascend within the guest, or such a record where the first is none.
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
