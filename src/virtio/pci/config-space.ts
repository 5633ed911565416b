import { Bar } from "./bar-layout.ts";

/** PCI vendor of all virtio devices; modern device ids are 0x1040 + the virtio device id (VIRTIO 1.3 §4.1.2.1). */
const VIRTIO_VENDOR = 0x1af4;
const MODERN_DEVICE_BASE = 0x1040;
/** Base class 0xff: "does not fit any defined class", as other balloon devices say. */
const CLASS_UNDEFINED = 0xff;

const CAPABILITY_VENDOR = 0x09;
const CAPABILITIES = 0x40;
const CapabilityType = { COMMON: 1, NOTIFY: 2, ISR: 3, DEVICE: 4 } as const;

/**
 * The 256 bytes of PCI configuration space of a modern virtio device with one I/O BAR.
 *
 * There is no VIRTIO_PCI_CAP_PCI_CFG (§4.1.4.9): it needs a transport that sees each access to configuration space,
 * which emulators with a plain byte array for it do not give. I/O ports reach every register without it.
 * @param deviceId virtio device id
 * @param ioBase first I/O port of the BAR
 */
export function modernConfigSpace(deviceId: number, ioBase: number): Uint8Array {
  const space = new DataView(new ArrayBuffer(256));
  space.setUint16(0x00, VIRTIO_VENDOR, true);
  space.setUint16(0x02, MODERN_DEVICE_BASE + deviceId, true);
  space.setUint16(0x04, 0x0003, true); // command: I/O and memory decoding
  space.setUint16(0x06, 0x0010, true); // status: has a capability list
  space.setUint8(0x08, 1); // revision ≥ 1: not transitional (§4.1.2.1)
  space.setUint8(0x0b, CLASS_UNDEFINED);
  space.setUint32(0x10, ioBase | 1, true);
  space.setUint16(0x2c, VIRTIO_VENDOR, true);
  space.setUint16(0x2e, MODERN_DEVICE_BASE + deviceId, true);
  space.setUint8(0x34, CAPABILITIES);
  space.setUint8(0x3d, 1); // interrupt pin A
  writeCapabilities(space);
  return new Uint8Array(space.buffer);
}

/** One struct virtio_pci_cap: its type, where its structure is in the BAR, and its own size. */
const CAPABILITY_LIST = [
  { type: CapabilityType.COMMON, offset: Bar.COMMON, bytes: Bar.COMMON_BYTES, size: 16 },
  { type: CapabilityType.ISR, offset: Bar.ISR, bytes: Bar.ISR_BYTES, size: 16 },
  { type: CapabilityType.DEVICE, offset: Bar.DEVICE, bytes: Bar.DEVICE_BYTES, size: 16 },
  { type: CapabilityType.NOTIFY, offset: Bar.NOTIFY, bytes: Bar.NOTIFY_BYTES, size: 20 },
] as const;

/** §4.1.4: a linked list; the notification capability carries the queue multiplier after the common part. */
function writeCapabilities(space: DataView): void {
  let at = CAPABILITIES;
  for (const { type, offset, bytes, size } of CAPABILITY_LIST) {
    const last = type === CapabilityType.NOTIFY;
    space.setUint8(at, CAPABILITY_VENDOR);
    space.setUint8(at + 1, last ? 0 : at + size);
    space.setUint8(at + 2, size);
    space.setUint8(at + 3, type);
    space.setUint32(at + 8, offset, true);
    space.setUint32(at + 12, bytes, true);
    if (last) space.setUint32(at + 16, Bar.NOTIFY_MULTIPLIER, true);
    at += size;
  }
}
