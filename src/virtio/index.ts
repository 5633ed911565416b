/**
 * Virtio without a guest operating system in mind: split rings, PCI and MMIO registers, and a driver to test them with.
 * @module ballonet/virtio
 */
export { DescriptorChain, DESCRIPTOR_BYTES, DescriptorFlag } from "./descriptor-chain.ts";
export type { ChainFault } from "./descriptor-chain.ts";
export type { DeviceModel } from "./device-model.ts";
export type { DriverTransport, DriverTransportClass } from "./driver/driver-transport.ts";
export { LegacyPciTransport } from "./driver/legacy-pci-transport.ts";
export { MmioDriverTransport } from "./driver/mmio-driver-transport.ts";
export { MockDriver } from "./driver/mock-driver.ts";
export { MockQueue } from "./driver/mock-queue.ts";
export type { Buffer, UsedElement } from "./driver/mock-queue.ts";
export { ModernPciTransport } from "./driver/modern-pci-transport.ts";
export type { FeatureBits } from "./feature-bits.ts";
export { GuestMemory } from "./guest-memory.ts";
export { Mmio, MMIO_BYTES } from "./mmio/mmio-layout.ts";
export { MmioTransport } from "./mmio/mmio-transport.ts";
export type { Selection } from "./modern-registers.ts";
export { Bar, BAR_BYTES, Common, Legacy, LEGACY_BAR_BYTES } from "./pci/bar-layout.ts";
export { legacyConfigSpace, modernConfigSpace, transitionalConfigSpace } from "./pci/config-space.ts";
export { LegacyBar } from "./pci/legacy-bar.ts";
export type { LegacySelection } from "./pci/legacy-bar.ts";
export type { PartialField } from "./pci/legacy-config-writer.ts";
export { ModernBar } from "./pci/modern-bar.ts";
export type { RegisterAccess } from "./register-access.ts";
export type { RingPlaces } from "./ring-layout.ts";
export { isQueueSize, SplitQueue } from "./split-queue.ts";
export type { PopResult, QueueState, RingFault } from "./split-queue.ts";
export { Isr, Status, VirtioDevice } from "./virtio-device.ts";
export type { InterruptLine, RegisterInterface, VirtioDeviceState } from "./virtio-device.ts";
