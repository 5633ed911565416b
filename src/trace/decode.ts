import { check } from "../options/index.ts";
import { Header, HEADER_WORDS, KINDS, MAGIC, RECORD_WORDS, Version, faultInRuns } from "./format.ts";
import type { KindOfRecord } from "./format.ts";
import { TraceError } from "./trace-error.ts";
import type { Trace, TraceRecord } from "./trace.ts";

const VERSIONS: readonly number[] = Object.values(Version);
const NO_START = "versions 2 and 3 must begin with a record of what is in the balloon";

/**
 * Decodes a trace in the `.vbtr` format. Records are views of `bytes` if these are aligned to 4 bytes, otherwise of one
 * copy of them. Encoding the result gives the same bytes. Allocates only in proportion to the input.
 * @throws TraceError unless `bytes` is exactly one whole trace; TypeError unless it is a Uint8Array
 */
export function decodeTrace(bytes: Uint8Array): Trace {
  check("bytes", "bytes", bytes);
  const words = wordsOf(bytes);
  checkHeader(words, bytes.length);
  const records: TraceRecord[] = [];
  const guestFrames = words[Header.GUEST_FRAMES]!;
  const memory = words.subarray(HEADER_WORDS, HEADER_WORDS + 2 * words[Header.REGIONS]!);
  checkMemory(memory, words);
  let at = HEADER_WORDS + memory.length;
  for (let left = words[Header.RECORDS]!; left > 0; left--) {
    const end = endOfRecord(words, at);
    checkKind(words, at, records.length === 0);
    const record = recordAt(words, at, end);
    if (record.kind === "ballooned") checkRuns(record.ranges, guestFrames, at);
    records.push(record);
    at = end;
  }
  if (4 * at !== bytes.length) throw new TraceError("data behind the last record", 4 * at);
  return memory.length === 0 ? { guestFrames, records } : { guestFrames, memory, records };
}

/** The whole words of `bytes`. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  // slice() would not copy, because the bytes may be a Buffer.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(buffer, byteOffset, bytes.length >>> 2);
}

function checkHeader(words: Uint32Array, length: number): void {
  if (length < 4 * HEADER_WORDS) throw new TraceError("header cut short", length);
  expectWord(words, Header.MAGIC, MAGIC, "not a trace: wrong magic");
  if (!VERSIONS.includes(words[Header.VERSION]!)) throw new TraceError("unknown version", 4 * Header.VERSION);
  for (let at: number = Header.RESERVED; at < HEADER_WORDS; at++)
    expectWord(words, at, 0, "reserved word is not 0");
  if (words[Header.GUEST_FRAMES] === 0) throw new TraceError("guest without memory", 4 * Header.GUEST_FRAMES);
  // Checked before any record is read: if the count is wrong, the error should name the count and not the place where
  // the records end.
  const room = words.length - HEADER_WORDS - 2 * words[Header.REGIONS]!;
  if (room < 0) throw new TraceError("more regions than fit in the file", 4 * Header.REGIONS);
  if (words[Header.RECORDS]! > room / RECORD_WORDS) {
    throw new TraceError("more records than fit in the file", 4 * Header.RECORDS);
  }
  if (words[Header.VERSION]! >= Version.KNOWN_START && words[Header.RECORDS] === 0)
    throw new TraceError(NO_START, 4 * Header.RECORDS);
}

/** Version 3 has at least one region, and the other versions have none. */
function checkMemory(memory: Uint32Array, words: Uint32Array): void {
  const regions = words[Header.VERSION] === Version.REGIONS;
  if (regions !== memory.length > 0) throw new TraceError("wrong number of regions", 4 * Header.REGIONS);
  if (!regions) return;
  const guestFrames = words[Header.GUEST_FRAMES]!;
  const fault = faultInRuns(memory, guestFrames);
  if (fault !== undefined) throw new TraceError("regions out of order", 4 * (HEADER_WORDS + fault));
  if (memory.at(-2)! + memory.at(-1)! !== guestFrames)
    throw new TraceError("regions do not end where guest memory ends", 4 * Header.GUEST_FRAMES);
}

/** Kind 5 must come first in versions 2 and 3, and must not occur in version 1. */
function checkKind(words: Uint32Array, at: number, first: boolean): void {
  const { kind } = kindAt(words, at);
  const known = words[Header.VERSION]! >= Version.KNOWN_START;
  if (kind === "ballooned" && !known) throw new TraceError(`unknown kind of record ${words[at]!}`, 4 * at);
  if (first && known && kind !== "ballooned") throw new TraceError(NO_START, 4 * at);
}

function checkRuns(runs: Uint32Array, guestFrames: number, at: number): void {
  const fault = faultInRuns(runs, guestFrames);
  if (fault === undefined) return;
  throw new TraceError("runs out of order or outside guest memory", 4 * (at + RECORD_WORDS + fault));
}

function expectWord(words: Uint32Array, at: number, expected: number, problem: string): void {
  if (words[at] !== expected) throw new TraceError(problem, 4 * at);
}

/** Returns the end of the record at `at`, after checking that the file has all of it. */
function endOfRecord(words: Uint32Array, at: number): number {
  if (at + RECORD_WORDS > words.length) throw new TraceError("record cut short", 4 * words.length);
  // This is at most 2^33, so no n can make it wrap around.
  const end = at + RECORD_WORDS + kindAt(words, at).width * words[at + 2]!;
  if (end > words.length) throw new TraceError("record longer than the file", 4 * (at + 2));
  return end;
}

function recordAt(words: Uint32Array, at: number, end: number): TraceRecord {
  const { kind, width } = kindAt(words, at);
  const timeUs = words[at + 1]!;
  const payload = words.subarray(at + RECORD_WORDS, end);
  return width === 1 ? { kind, timeUs, pfns: payload } : { kind, timeUs, ranges: payload };
}

function kindAt(words: Uint32Array, at: number): KindOfRecord {
  const found = KINDS.find(({ number }) => number === words[at]);
  if (found === undefined) throw new TraceError(`unknown kind of record ${words[at]!}`, 4 * at);
  return found;
}
