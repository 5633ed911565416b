import type { BatchRecord, FreePagesRecord, BalloonedRecord } from "./trace.ts";

/**
 * The `.vbtr` format, versions 1 to 3: little-endian 32-bit words.
 *
 *     header  magic "VBTR", version, guest frames, number of records, number of regions (0 before version 3), 3 words of 0
 *     regions [first frame, frames] of guest memory, 2 words each
 *     record  kind, time in µs, n, payload
 *             kind 0 inflate, 1 deflate: n PFNs
 *             kind 3 hint, 4 report:     n ranges, 2 words each
 *             kind 5 ballooned:          n runs, 2 words each; the first record of versions 2 and 3, not in version 1
 *
 * Words are read and written in the machine's byte order. The tracker's views of Wasm memory already require a
 * little-endian machine.
 */
export const MAGIC = 0x52544256;
/**
 * The version of a trace that does not say what was in the balloon at its start, of one that says so with a first
 * record of kind 5, and of one that also has regions.
 */
export const Version = { UNKNOWN_START: 1, KNOWN_START: 2, REGIONS: 3 } as const;
export const HEADER_WORDS = 8;
/** Words in a record before its payload. */
export const RECORD_WORDS = 3;

/** Word positions in the header. */
export const Header = { MAGIC: 0, VERSION: 1, GUEST_FRAMES: 2, RECORDS: 3, REGIONS: 4, RESERVED: 5 } as const;

/** A kind of record: its number in the format, and the number of words in each of a record's n elements. */
export type KindOfRecord =
  | { readonly number: number; readonly kind: BatchRecord["kind"]; readonly width: 1 }
  | {
      readonly number: number;
      readonly kind: (FreePagesRecord | BalloonedRecord)["kind"];
      readonly width: 2;
    };

export const KINDS: readonly KindOfRecord[] = [
  { number: 0, kind: "inflate", width: 1 },
  { number: 1, kind: "deflate", width: 1 },
  { number: 3, kind: "hint", width: 2 },
  { number: 4, kind: "report", width: 2 },
  { number: 5, kind: "ballooned", width: 2 },
];

/**
 * The index of the first word at which the runs of a page set are wrong, if any. Runs must ascend, have gaps between
 * them, and stay within the guest.
 */
export function faultInRuns(runs: Uint32Array, guestFrames: number): number | undefined {
  let least = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const end = runs[i]! + runs[i + 1]!;
    if (runs[i]! < least || runs[i + 1] === 0 || end > guestFrames) return i;
    least = end + 1;
  }
  return undefined;
}
