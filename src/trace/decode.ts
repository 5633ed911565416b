import { check } from "../options/index.ts";
import { Header, HEADER_WORDS, KINDS, MAGIC, RECORD_WORDS, VERSION } from "./format.ts";
import type { KindOfRecord } from "./format.ts";
import { TraceError } from "./trace-error.ts";
import type { Trace, TraceRecord } from "./trace.ts";

/**
 * Reads a trace in the `.vbtr` format. Records are views of `bytes` where these are aligned to 4 bytes, and of one
 * copy of them otherwise. What is decoded encodes to the same bytes.
 * @throws TraceError for anything but exactly one whole trace; TypeError for what is no Uint8Array. Allocates in
 * proportion to the input only.
 */
export function decodeTrace(bytes: Uint8Array): Trace {
  check("bytes", "bytes", bytes);
  const words = wordsOf(bytes);
  checkHeader(words, bytes.length);
  const records: TraceRecord[] = [];
  let at = HEADER_WORDS;
  for (let left = words[Header.RECORDS]!; left > 0; left--) {
    const end = endOfRecord(words, at);
    records.push(recordAt(words, at, end));
    at = end;
  }
  if (4 * at !== bytes.length) throw new TraceError("data behind the last record", 4 * at);
  return { guestFrames: words[Header.GUEST_FRAMES]!, records };
}

/** The whole words of `bytes`. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  // Not slice(), which copies nothing when the bytes are a Buffer.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(buffer, byteOffset, bytes.length >>> 2);
}

function checkHeader(words: Uint32Array, length: number): void {
  if (length < 4 * HEADER_WORDS) throw new TraceError("header cut short", length);
  expectWord(words, Header.MAGIC, MAGIC, "no trace: wrong magic");
  expectWord(words, Header.VERSION, VERSION, "unknown version");
  for (let at: number = Header.RESERVED; at < HEADER_WORDS; at++)
    expectWord(words, at, 0, "reserved word is not 0");
  if (words[Header.GUEST_FRAMES] === 0) throw new TraceError("guest without memory", 4 * Header.GUEST_FRAMES);
  // Before a record is read: a wrong count should name the count, not the place where the records ran out.
  if (words[Header.RECORDS]! > (words.length - HEADER_WORDS) / RECORD_WORDS) {
    throw new TraceError("more records than fit in the file", 4 * Header.RECORDS);
  }
}

function expectWord(words: Uint32Array, at: number, expected: number, problem: string): void {
  if (words[at] !== expected) throw new TraceError(problem, 4 * at);
}

/** The word after the record at `at`, all of which is there. */
function endOfRecord(words: Uint32Array, at: number): number {
  if (at + RECORD_WORDS > words.length) throw new TraceError("record cut short", 4 * words.length);
  // At most 2^33, so that no n can wrap around.
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
