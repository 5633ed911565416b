import type { Kind, Members, Table } from "../options/index.ts";

export const PAGE_FRAMES: Kind = { integer: [[1, 512]], powerOfTwo: true };

/** Why a host call did nothing: an errno name if there is one ("ENOMEM", "EPERM", …), and a sentence. */
export interface HostFailure {
  readonly code: string;
  readonly message: string;
}

/** Undefined if the call succeeded. Otherwise the call failed and left every frame of the run unchanged. */
export type HostResult = HostFailure | undefined;

/**
 * What the device needs from the host's memory manager. Frames are 4 KiB guest page frames, given as runs.
 *
 * Calls are synchronous: the device acknowledges a batch only after they have returned. A failed call must have no
 * effect, because only then does the device know exactly which frames are locked. If a system call can stop half-way,
 * the implementation must undo the part that was done. An implementation that throws counts as failed with code "EIO".
 */
export interface HostMemory {
  /**
   * Whether guest memory is locked on this host (mlock, PCI passthrough). If true, a frame must be unlocked before it
   * can be discarded, and locked again before the guest may reuse it. If false, lock and unlock are never called.
   */
  readonly pinned: boolean;
  /**
   * Frames in one host page, if that is larger than a frame: a power of two up to 512 (2 MiB). Default: 1. Every call
   * is then for whole host pages. A page is unlocked and discarded when all its frames are in the balloon, and locked
   * again before the first of them leaves it.
   */
  readonly pageFrames?: number;
  /** Whether `discard` also works on locked frames and leaves them locked (MADV_DONTNEED_LOCKED). Default: false. */
  readonly discardsLocked?: boolean;
  /** Lets the host reclaim the frames. Their contents stay until then. */
  unlock(first: number, frames: number): HostResult;
  /** Makes the frames resident, so that the host cannot reclaim them. */
  lock(first: number, frames: number): HostResult;
  /**
   * Drops the contents of the frames, which then read as zero. This is only advice: a failure costs memory, not
   * correctness.
   */
  discard(first: number, frames: number): HostResult;
  /**
   * Fills the frames with a 32-bit word, as a guest with page poisoning expects in free pages. Optional; without it
   * such pages are left alone.
   */
  fill?(first: number, frames: number, word: number): HostResult;
}

/** The checks on a host that is passed as an option. */
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
