import type { BatchRecord, FreePagesRecord } from "./trace.ts";

/**
 * The `.vbtr` format, version 1: little-endian 32-bit words.
 *
 *     header  magic "VBTR", version, guest frames, number of records, 4 words of 0
 *     record  kind, time in µs, n, payload
 *             kind 0 inflate, 1 deflate: n PFNs
 *             kind 3 hint, 4 report:     n ranges, 2 words each
 *
 * Words are read and written in the machine's byte order: the tracker's views of Wasm memory already need that to be
 * little-endian.
 */
export const MAGIC = 0x52544256;
export const VERSION = 1;
export const HEADER_WORDS = 8;
/** Words of a record before its payload. */
export const RECORD_WORDS = 3;

/** Word positions in the header. */
export const Header = { MAGIC: 0, VERSION: 1, GUEST_FRAMES: 2, RECORDS: 3, RESERVED: 4 } as const;

/** A kind of record: its number in the format, and the words each of a record's n elements takes. */
export type KindOfRecord =
  | { readonly number: number; readonly kind: BatchRecord["kind"]; readonly width: 1 }
  | { readonly number: number; readonly kind: FreePagesRecord["kind"]; readonly width: 2 };

export const KINDS: readonly KindOfRecord[] = [
  { number: 0, kind: "inflate", width: 1 },
  { number: 1, kind: "deflate", width: 1 },
  { number: 3, kind: "hint", width: 2 },
  { number: 4, kind: "report", width: 2 },
];
