import type { GuestMemory } from "../memory/index.ts";
import type { DescriptorChain } from "../virtio/index.ts";
import type { Balloon } from "./balloon.ts";
import type { QueueRole } from "./queues/queue.ts";

/**
 * Called with each chain before the device processes it, to record it. The chain and the memory are valid only during
 * the call. Must not throw.
 */
export type ChainListener = (
  role: QueueRole,
  chain: DescriptorChain,
  memory: GuestMemory,
  balloon: Balloon,
) => void;
