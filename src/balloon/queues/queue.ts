import type { DescriptorChain, SplitQueue } from "../../virtio/index.ts";

/** What a queue is for, VIRTIO 1.3 §5.5.2: inflateq, deflateq, statsq, free_page_vq, reporting_vq. */
export type QueueRole = "inflate" | "deflate" | "stats" | "hint" | "report";

/** What becomes of a chain that a queue has processed. */
export type Disposition =
  /** it is returned to the driver at once, with used length 0: the device writes nothing that counts into guest buffers */
  | "return"
  /** the queue keeps it, and returns it later */
  | "keep"
  /** the queue keeps it, and no further chain is taken until {@link BalloonQueue.retry} succeeds */
  | "stall"
  /** it is kept, and the device needs a reset */
  | "needs-reset";

/** One of the balloon's queues: what the device does with a chain of it. */
export interface BalloonQueue {
  readonly role: QueueRole;
  /** Whether its chains take effect in the order of the notifications, over all ordered queues. */
  readonly ordered: boolean;
  /** How many PFNs a well-formed chain applies: what it costs of a notification's budget. None by default. */
  pfnsIn?(chain: DescriptorChain): number;
  /** Takes the chain that was just popped from `ring`. */
  process(ring: SplitQueue): Disposition;
  /** The queue was reset alone (§2.6.1): chains that it keeps are the driver's again. */
  forget?(): void;
  /** The device was reset. */
  reset?(): void;
  /** The device needs a reset: it takes no more chains from this driver. */
  stop?(): void;
  /** The chain it waits with, if it can. */
  readonly withheld?: { readonly head: number; readonly attempts: number } | undefined;
  /** Tries the withheld chain again: `"return"` when it may be returned now. */
  retry?(): Disposition;
}
