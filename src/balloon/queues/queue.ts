import type { SplitQueue } from "../../virtio/index.ts";

/** The purpose of a queue, VIRTIO 1.3 §5.5.2: inflateq, deflateq, statsq, free_page_vq, reporting_vq. */
export type QueueRole = "inflate" | "deflate" | "stats" | "hint" | "report";

/** What happens to a chain that a queue has processed. */
export type Disposition =
  /** return it to the driver at once, with used length 0: the device writes no meaningful bytes into guest buffers */
  | "return"
  /** the queue keeps it and returns it later */
  | "keep"
  /** the queue keeps it, and no more chains are taken until {@link BalloonQueue.retry} succeeds */
  | "stall"
  /** the queue keeps it, and the device needs a reset */
  | "needs-reset";

/** One of the balloon's queues: what the device does with its chains. */
export interface BalloonQueue {
  readonly role: QueueRole;
  /** Whether its chains take effect in the order of the notifications, across all ordered queues. */
  readonly ordered: boolean;
  /** Number of chains taken from the driver, valid or not. Counted by the server. */
  chains: number;
  /** Whether its chains are arrays of PFNs, which are charged to the notification's budget. Default: no. */
  readonly takesPfns?: boolean;
  /** Processes the chain that was just popped from `ring`. */
  process(ring: SplitQueue): Disposition;
  /** The queue alone was reset (§2.6.1). The chains it keeps belong to the driver again. */
  forget?(): void;
  /** The device was reset. */
  reset?(): void;
  /** The device needs a reset and takes no more chains from this driver. */
  stop?(): void;
  /** The withheld chain, for a queue that can withhold one. */
  readonly withheld?: { readonly head: number; readonly attempts: number } | undefined;
  /** Tries the withheld chain again. Returns `"return"` if it may be returned now. */
  retry?(): Disposition;
}
