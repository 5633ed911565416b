import { FRAME_BYTES } from "../host/index.ts";
import { RunList, visitMissing } from "../lock/index.ts";
import type { LockPolicy } from "../lock/index.ts";
import { wholePages } from "../tracker/index.ts";
import type { PageTracker } from "../tracker/index.ts";
import type { DescriptorChain } from "../virtio/index.ts";
import type { FreePagesEvent } from "./events.ts";

/** What happens to reported pages of a guest that keeps a poison value in its free pages. */
export type PoisonedPages =
  /** they are left alone */
  | "skip"
  /** they are filled with the value, which a host's memory compression or merging likes */
  | "fill";

/**
 * Drops the contents of free pages: the device-writable buffers of the reporting and hinting queues are the pages.
 * There is no deflate for them, the guest reuses them silently; so they are handed back as they were locked before the
 * chain is acknowledged.
 */
export class FreePages {
  /** Set when pages could not be locked again and the failure policy forbids to go on. */
  broken = false;
  readonly #policy: LockPolicy;
  readonly #held: PageTracker;

  constructor(policy: LockPolicy, held: PageTracker) {
    this.#policy = policy;
    this.#held = held;
  }

  /** Takes the pages of one chain; `poison` is what they must hold afterwards. */
  take(chain: DescriptorChain, poison = 0): FreePagesEvent {
    const pairs: number[] = [];
    for (let i = chain.readable; i < chain.length; i++) this.#add(chain.address(i), chain.bytes(i), pairs);
    const runs = new RunList(Uint32Array.from(pairs));
    if (!this.#policy.discardFree(runs, poison)) this.broken = true;
    return { ranges: runs.length, frames: runs.total };
  }

  /**
   * The host pages wholly inside a buffer, never rounded outward onto memory in use; without those in the balloon, which
   * are released already and must not be locked again here.
   */
  #add(address: number, bytes: number, pairs: number[]): void {
    const first = Math.ceil(address / FRAME_BYTES);
    const end = Math.floor((address + bytes) / FRAME_BYTES);
    if (end <= first) return;
    visitMissing(this.#held, first, end - first, (from, missing) => {
      const pages = wholePages(from, missing, this.#held.hostPageFrames);
      if (pages[1] > 0) pairs.push(...pages);
      return true;
    });
  }
}
