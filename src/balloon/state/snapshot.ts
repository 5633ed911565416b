import { check } from "../../options/index.ts";
import type { BalloonState } from "./balloon-state.ts";
import { brief } from "./brief.ts";
import { crc32 } from "./crc32.ts";
import { parseBits } from "./parse-bits.ts";
import { shapeFault } from "./shape.ts";
import { SnapshotError } from "./snapshot-error.ts";
import { versionFault } from "./version.ts";

/*
 * A snapshot, little-endian:
 *
 *      0 ┌───────────────────────────────┐
 *        │ magic "BLNT"                  │
 *      4 │ CRC-32 of all that follows    │
 *      8 │ length of the JSON in bytes   │
 *     12 ├───────────────────────────────┤
 *        │ JSON: the state. A list of    │
 *        │ words is {words: [first word, │
 *        │ number]}, a bigint is         │
 *        │ {bits: "hex"}. Zeros pad it   │
 *        │ to a multiple of 4 bytes      │
 *        ├───────────────────────────────┤
 *        │ words: all lists in order     │
 *        └───────────────────────────────┘
 */
const MAGIC = 0x544e4c42;
const CHECKED_FROM = 8;
/**
 * No state has this much JSON, because its lists of words are stored after it. Limits the work that a forged snapshot
 * can cause in the parser.
 */
const MOST_JSON = 0x10000;
const HEADER_BYTES = 12;

/** Encodes a device's state as bytes, with a version and a checksum. @throws TypeError if the state is not an object */
export function encodeSnapshot(state: BalloonState): Uint8Array {
  check("state", "object", state);
  const words: number[] = [];
  const json = new TextEncoder().encode(
    JSON.stringify(state, (_key, value: unknown) => flatten(value, words)),
  );
  const wordsFrom = HEADER_BYTES + padded(json.length);
  const bytes = new Uint8Array(wordsFrom + 4 * words.length);
  bytes.set(json, HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setUint32(wordsFrom + 4 * i, word, true);
  });
  view.setUint32(8, json.length, true);
  view.setUint32(4, crc32(bytes.subarray(CHECKED_FROM)), true);
  view.setUint32(0, MAGIC, true);
  return bytes;
}

/**
 * Decodes the state in a snapshot. `canRestore` tells whether a device can go on with it.
 * @throws SnapshotError if the bytes are truncated, damaged, of another version, or not a snapshot; TypeError unless it
 * is a Uint8Array
 */
export function decodeSnapshot(bytes: Uint8Array): BalloonState {
  check("bytes", "bytes", bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC)
    throw new SnapshotError("not a balloon snapshot");
  if (view.getUint32(4, true) !== crc32(bytes.subarray(CHECKED_FROM)))
    throw new SnapshotError("damaged: wrong checksum");
  const length = view.getUint32(8, true);
  if (length > MOST_JSON) throw new SnapshotError(`${length} bytes of JSON, expected at most ${MOST_JSON}`);
  const wordsFrom = HEADER_BYTES + padded(length);
  if (wordsFrom > bytes.length || (bytes.length - wordsFrom) % 4 !== 0)
    throw new SnapshotError("cut: wrong length");
  const json = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length);
  return checked(parse(new TextDecoder().decode(json), wordReader(view, wordsFrom)));
}

function checked(parsed: unknown): BalloonState {
  const fault = versionFault(parsed) ?? shapeFault(parsed);
  if (fault !== undefined) throw new SnapshotError(fault);
  return parsed as BalloonState;
}

function flatten(value: unknown, words: number[]): unknown {
  if (typeof value === "bigint") return { bits: value.toString(16) };
  if (!(value instanceof Uint32Array)) return value;
  const first = words.length;
  for (const word of value) words.push(word);
  return { words: [first, value.length] };
}

function parse(json: string, list: (first: number, count: number) => Uint32Array): unknown {
  try {
    return JSON.parse(json, (_key, value: unknown) => unflatten(value, list));
  } catch (error) {
    throw new SnapshotError(`cannot be read: ${brief(error)}`, { cause: error });
  }
}

function unflatten(value: unknown, list: (first: number, count: number) => Uint32Array): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("bits" in value) return parseBits(value.bits);
  if (!("words" in value) || !Array.isArray(value.words)) return value;
  return list(Number(value.words[0]), Number(value.words[1]));
}

/**
 * Returns a reader in which each word belongs to one list, in order. A forged snapshot therefore cannot claim more
 * memory than its own size.
 */
function wordReader(view: DataView, from: number): (first: number, count: number) => Uint32Array {
  const words = (view.byteLength - from) / 4;
  let next = 0;
  return (first, count) => {
    if (first !== next || !(count >= 0 && first + count <= words))
      throw new SnapshotError("a list of words is at the wrong place");
    next += count;
    return Uint32Array.from({ length: count }, (_, i) => view.getUint32(from + 4 * (first + i), true));
  };
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}
