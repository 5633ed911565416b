/**
 * What the guest sees of a `Balloon`: PCI and MMIO registers, and PCI configuration space.
 * @module ballonet/virtio
 */
export {
  BAR_BYTES,
  LEGACY_BAR_BYTES,
  LegacyBar,
  legacyConfigSpace,
  MMIO_BYTES,
  MmioTransport,
  ModernBar,
  modernConfigSpace,
  transitionalConfigSpace,
} from "../virtio/index.ts";
export type {
  LegacyMmioSelection,
  LegacySelection,
  MmioOptions,
  MmioSelection,
  PartialField,
  RegisterAccess,
  Selection,
  VirtioFace,
} from "../virtio/index.ts";
