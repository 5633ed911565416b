import type { FrameRuns, LockPolicy } from "../lock/index.ts";
import type { DescriptorChain } from "../virtio/index.ts";
import type { FreePagesEvent } from "./events.ts";

const FRAME_BYTES = 4096;

/** Free pages as the reporting and hinting queues give them: the chain's device-writable buffers are the pages. */
class WritableRuns implements FrameRuns {
  readonly #pairs: number[] = [];

  /** Only frames that lie wholly inside a buffer: never rounded outward onto memory that is in use. */
  constructor(chain: DescriptorChain) {
    for (let i = chain.readable; i < chain.length; i++) {
      const first = Math.ceil(chain.address(i) / FRAME_BYTES);
      const end = Math.floor((chain.address(i) + chain.bytes(i)) / FRAME_BYTES);
      if (end > first) this.#pairs.push(first, end - first);
    }
  }

  get length(): number {
    return this.#pairs.length / 2;
  }

  first(i: number): number {
    return this.#pairs[2 * i]!;
  }

  frames(i: number): number {
    return this.#pairs[2 * i + 1]!;
  }

  get total(): number {
    return this.#pairs.reduce((sum, value, i) => (i % 2 ? sum + value : sum), 0);
  }
}

/**
 * Drops the contents of a chain's free pages. There is no deflate for them: the guest reuses them silently, so the
 * queues that come here are not offered where memory is pinned.
 */
export function discardFreePages(chain: DescriptorChain, policy: LockPolicy): FreePagesEvent {
  const runs = new WritableRuns(chain);
  policy.discardFree(runs);
  return { ranges: runs.length, frames: runs.total };
}
