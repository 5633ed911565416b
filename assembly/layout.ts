/**
 * The memory map. Every area has a constant address, so that loads and stores carry it as an immediate offset and
 * the module needs neither an allocator nor a runtime.
 *
 *   0x000000 ┌─────────────────────────────────────────────────────────────┐
 *            │ unused                                                      │
 *   0x000040 │ RESULTS    what the last call left behind, u32 each         │
 *   0x000080 │ ENDS       where runs end among 256 PFNs: 4 words of bits   │
 *   0x000100 │ MASKS      the lowest 1 to 48 bits set: 48 words            │
 *   0x000280 │ KEYS       64 sort keys (u32)                               │
 *   0x000380 │ PLACES     of 4 keys in the order of all (u32)              │
 *   0x000400 │ STAGING    65,536 PFNs (u32), then 512 bytes of slack       │
 *   0x042000 │ RUNS       65,536 runs { first: u32, frames: u32 }, 1 spare │
 *   0x0c3000 │ SCRATCH    65,536 runs: the other half of a sort            │
 *   0x143000 │ HISTOGRAM  2,048 radix counters (u32)                       │
 *   0x150000 │ BITMAP     1 bit per frame, bit f of the set is bit f & 7   │
 *            ┊            of byte f >>> 3; grows to the end of memory      ┊
 *            └─────────────────────────────────────────────────────────────┘
 *
 * The bitmap comes last because it alone grows: a tracker of 2^32 - 1 frames starts at 1.4 MiB, not at 513 MiB.
 */

/** PFNs one call takes at most: 256 KiB, well above what any driver puts in one buffer (Linux sends 256). */
export const MAX_BATCH: u32 = 65536;

export const RESULTS: usize = 0x40;
/** One u64 for each block of a chunk. */
export const ENDS: usize = 0x80;
export const MASKS: usize = 0x100;
export const KEYS: usize = 0x280;
export const PLACES: usize = 0x380;
export const STAGING: usize = 0x400;
export const RUNS: usize = 0x42000;
export const SCRATCH: usize = 0xc3000;
export const HISTOGRAM: usize = 0x143000;
export const BITMAP: usize = 0x150000;

/** Each PFN of a batch changes at most one frame, so a batch never leaves more runs than it has PFNs. */
export const RUNS_END: usize = RUNS + 65536 * 8;

/** Unaligned u64 accesses begin at the byte of a backed frame or one before, and reach at most 7 bytes past its byte. */
export const BITMAP_SLACK: usize = 8;

// Offsets from RESULTS.
/** PFNs of the batch that name no frame of the tracker. */
export const OUT_OF_RANGE: usize = 0;
/** Frames that could not be tracked because the host refused to grow the memory. */
export const UNBACKED: usize = 4;
/** Runs in the run area. */
export const RUN_COUNT: usize = 8;
/** Where a scan or range call stopped: the frame to go on from. */
export const NEXT: usize = 12;
