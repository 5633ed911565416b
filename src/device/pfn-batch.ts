import type { PageTracker } from "../tracker/index.ts";
import { MAX_BATCH } from "../tracker/index.ts";
import type { DescriptorChain, GuestMemory } from "../virtio/index.ts";
import type { BatchFault } from "./guest-faults.ts";

const PFN_BYTES = 4;

/** What is wrong with a chain as an array of le32 PFNs (VIRTIO 1.3 §5.5.6), if anything. */
export function batchFault(chain: DescriptorChain): BatchFault | undefined {
  const bytes = chain.readableBytes;
  if (bytes === 0) return chain.writableBytes > 0 ? "write-only" : "empty";
  if (bytes % PFN_BYTES !== 0) return "odd-length";
  return bytes > MAX_BATCH * PFN_BYTES ? "oversized" : undefined;
}

/**
 * Copies a good chain's PFNs from guest memory to the tracker's staging area; a PFN may lie across two buffers.
 * @returns the number of PFNs
 */
export function stagePfns(chain: DescriptorChain, memory: GuestMemory, tracker: PageTracker): number {
  const staging = tracker.staging(chain.readableBytes);
  const guest = memory.bytes;
  let to = 0;
  for (let i = 0; i < chain.readable; i++) {
    const from = chain.address(i);
    staging.set(guest.subarray(from, from + chain.bytes(i)), to);
    to += chain.bytes(i);
  }
  return to / PFN_BYTES;
}
