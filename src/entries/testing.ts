/**
 * Helpers for tests of an emulator: the driver's side of virtio, and a host that records its calls.
 * @module ballonet/testing
 */
export { RecordingHost } from "../host/index.ts";
export type { HostCall, RecordingHostOptions } from "../host/index.ts";
export {
  LegacyPciTransport,
  MmioDriverTransport,
  MockDriver,
  ModernPciTransport,
  Status,
} from "../virtio/index.ts";
export type {
  DriverTransport,
  DriverTransportClass,
  FeatureBits,
  MockBuffer,
  MockQueue,
  UsedElement,
} from "../virtio/index.ts";
