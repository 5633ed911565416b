import type { Kind, Members, Table } from "../options/index.ts";

export const PAGE_FRAMES: Kind = { integer: [[1, 512]], powerOfTwo: true };

/** Why a host call did nothing: an errno name where the host has one ("ENOMEM", "EPERM", …), and a sentence. */
export interface HostFailure {
  readonly code: string;
  readonly message: string;
}

/** Undefined: done. Anything else: the call failed and left every frame of the run as it was. */
export type HostResult = HostFailure | undefined;

/**
 * What the device needs from the host's memory manager. Frames are 4 KiB guest page frames, given as runs.
 *
 * Calls are synchronous: the device acknowledges a batch only after they have returned. A failed call must be all or
 * nothing — an implementation whose system call can stop half-way undoes the half it did — because the device's
 * lock set is exact only then. An implementation that throws is taken as failed with code "EIO".
 */
export interface HostMemory {
  /**
   * Whether guest memory is locked on this host (mlock, PCI passthrough): a frame must be unlocked before it can be
   * discarded, and be locked again before the guest may reuse it. When false, lock and unlock are never called.
   */
  readonly pinned: boolean;
  /**
   * Frames in one page of this host, where that is larger than a frame: a power of two up to 512 (2 MiB). Absent: 1.
   * Every call is then of whole host pages; one is released when all its frames are in the balloon, and locked again
   * before the first of them leaves it.
   */
  readonly pageFrames?: number;
  /** Whether `discard` works on locked frames as well, which stay locked (MADV_DONTNEED_LOCKED). Absent: it does not. */
  readonly discardsLocked?: boolean;
  /** Lets the host reclaim the frames; their contents stay. */
  unlock(first: number, frames: number): HostResult;
  /** Makes the frames resident and unreclaimable again. */
  lock(first: number, frames: number): HostResult;
  /** Drops the frames' contents; they read as zero afterwards. Advice: a failure costs memory, not correctness. */
  discard(first: number, frames: number): HostResult;
  /**
   * Fills the frames with a 32-bit word: what a guest with page poisoning expects in a free page. Optional; without
   * it such pages are left alone.
   */
  fill?(first: number, frames: number, word: number): HostResult;
}

/** What is checked of a host when it is given. */
export const HOST_MEMORY: Members = {
  members: {
    pinned: { needed: "boolean" },
    unlock: { needed: "function" },
    lock: { needed: "function" },
    discard: { needed: "function" },
    fill: "function",
    pageFrames: PAGE_FRAMES,
    discardsLocked: "boolean",
  } satisfies Table<HostMemory>,
};
