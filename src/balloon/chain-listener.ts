import type { DescriptorChain, GuestMemory } from "../virtio/index.ts";
import type { Balloon } from "./balloon.ts";
import type { QueueRole } from "./queues/queue.ts";

/**
 * Sees a chain before the device does, to record it: the chain and the memory are as they are during the call only. Must
 * not throw.
 */
export type ChainListener = (
  role: QueueRole,
  chain: DescriptorChain,
  memory: GuestMemory,
  balloon: Balloon,
) => void;
