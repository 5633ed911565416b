import { DESCRIPTOR_BYTES } from "./descriptor-chain.ts";

/** Unit of a queue's address, and alignment of its used ring, in the legacy interface (§2.7.2). */
export const LEGACY_RING_ALIGNMENT = 4096;

/** Alignment of a used ring that a modern driver may put anywhere (§2.7). */
export const RING_ALIGNMENT = 4;

/** Guest physical addresses of a queue's three parts, under `SplitQueue`'s names. */
export interface RingPlaces {
  readonly descriptors: number;
  readonly driver: number;
  readonly device: number;
}

/** The three parts of a queue of `size` in one piece from `address` on, with the event words. */
export function ringsAt(address: number, size: number, alignment: number): RingPlaces {
  const driver = address + DESCRIPTOR_BYTES * size;
  const device = Math.ceil((driver + 6 + 2 * size) / alignment) * alignment;
  return { descriptors: address, driver, device };
}
