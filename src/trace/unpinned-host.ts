import type { HostMemory } from "../host/index.ts";

const done = (): undefined => undefined;

/** A host that locks nothing, so that the device offers hinting and reporting. Its discards change nothing. */
export const unpinnedHost: HostMemory = { pinned: false, unlock: done, lock: done, discard: done };
