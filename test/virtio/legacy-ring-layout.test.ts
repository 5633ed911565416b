import { expect, test } from "vitest";
import { LEGACY_RING_ALIGNMENT, RING_ALIGNMENT, ringsAt } from "../../src/virtio/ring-layout.ts";

test.each([
  // descriptors of 16 bytes, then 3 words and one a descriptor
  { size: 1, alignment: RING_ALIGNMENT, driver: 0x3010, device: 0x3018 },
  { size: 4, alignment: RING_ALIGNMENT, driver: 0x3040, device: 0x3050 },
  { size: 128, alignment: RING_ALIGNMENT, driver: 0x3800, device: 0x3908 },
  { size: 1, alignment: LEGACY_RING_ALIGNMENT, driver: 0x3010, device: 0x4000 },
  { size: 128, alignment: LEGACY_RING_ALIGNMENT, driver: 0x3800, device: 0x4000 },
  { size: 256, alignment: LEGACY_RING_ALIGNMENT, driver: 0x4000, device: 0x5000 },
  { size: 1024, alignment: LEGACY_RING_ALIGNMENT, driver: 0x7000, device: 0x8000 },
])(
  "a queue of $size has its used ring at a multiple of $alignment",
  ({ size, alignment, driver, device }) => {
    expect(ringsAt(0x3000, size, alignment)).toEqual({ descriptors: 0x3000, driver, device });
  },
);
