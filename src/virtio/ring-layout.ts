import { DESCRIPTOR_BYTES } from "./descriptor-chain.ts";

/** Unit of a queue's address and alignment of its used ring in the legacy interface (§2.7.2). */
export const LEGACY_RING_ALIGNMENT = 4096;

/** Alignment of the used ring in the modern interface (§2.7). */
export const RING_ALIGNMENT = 4;

/** Guest physical addresses of a queue's three parts, under the names that `SplitQueue` uses. */
export interface RingPlaces {
  readonly descriptors: number;
  readonly driver: number;
  readonly device: number;
}

/** Lays out the three parts of a queue of `size` consecutively from `address` on, including the event words. */
export function ringsAt(address: number, size: number, alignment: number): RingPlaces {
  const driver = address + DESCRIPTOR_BYTES * size;
  const device = Math.ceil((driver + 6 + 2 * size) / alignment) * alignment;
  return { descriptors: address, driver, device };
}
