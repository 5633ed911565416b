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
  const { guestFrames, memory = new Uint32Array(0), records } = trace;
  if (memory.length > 0) checkMemory(memory, guestFrames);
  const start = HEADER_WORDS + memory.length;
  const words = new Uint32Array(records.reduce((sum, record) => sum + wordsIn(record), start));
  words[Header.MAGIC] = MAGIC;
  words[Header.VERSION] = versionOf(trace);
  words[Header.REGIONS] = memory.length / 2;
  words.set(memory, HEADER_WORDS);
  words[Header.GUEST_FRAMES] = guestFrames;
  words[Header.RECORDS] = records.length;
  let at = start;
  for (const record of records) {
    if (record.kind === "ballooned" && faultInRuns(record.ranges, guestFrames) !== undefined)
      throw new RangeError(`ballooned: expected ascending runs within ${guestFrames} frames`);
    writeRecord(words, at, record);
    at += wordsIn(record);
  }
  return new Uint8Array(words.buffer);
}

function checkMemory(memory: Uint32Array, guestFrames: number): void {
  if (faultInRuns(memory, guestFrames) !== undefined || memory.at(-2)! + memory.at(-1)! !== guestFrames)
    throw new RangeError(`memory: expected ascending regions that end at frame ${guestFrames}`);
}

function versionOf({ memory, records }: Trace): number {
  const regions = memory !== undefined && memory.length > 0;
  if (records[0]?.kind === "ballooned") return regions ? Version.REGIONS : Version.KNOWN_START;
  if (regions) throw new RangeError("ballooned: expected such a record at the start of a trace with regions");
  if (!records.some(({ kind }) => kind === "ballooned")) return Version.UNKNOWN_START;
  throw new RangeError("ballooned: expected such a record at the start of a trace that has others");
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
