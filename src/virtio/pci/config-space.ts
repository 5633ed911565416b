import { check } from "../../options/index.ts";
import { Bar, BAR_BYTES, LEGACY_BAR_BYTES } from "./bar-layout.ts";

/**
 * PCI vendor id of all virtio devices. The device id of a modern device is 0x1040 + the virtio device id (VIRTIO 1.3
 * §4.1.2.1).
 */
const VIRTIO_VENDOR = 0x1af4;
const MODERN_DEVICE_BASE = 0x1040;
/** Transitional and legacy devices have their own device ids. Their subsystem id is the virtio device id. */
const TRANSITIONAL_BALLOON = 0x1002;
const BALLOON_DEVICE_ID = 5;
/** Base class 0xff: "does not fit any defined class", as in other balloon devices. */
const CLASS_UNDEFINED = 0xff;

const CAPABILITY_VENDOR = 0x09;
const CAPABILITIES = 0x40;
const CapabilityType = { COMMON: 1, NOTIFY: 2, ISR: 3, DEVICE: 4 } as const;

/** The fields that differ between the kinds of device. */
interface Identity {
  readonly device: number;
  readonly subsystem: number;
  readonly revision: number;
  /** First I/O port of each BAR, from BAR 0 on. */
  readonly ports: readonly number[];
  /** The BAR of the modern structures. */
  readonly modernBar?: number;
}

/**
 * Returns the 256 bytes of PCI configuration space of a modern balloon with one I/O BAR.
 *
 * It has no VIRTIO_PCI_CAP_PCI_CFG (§4.1.4.9). That capability needs a transport that sees each access to configuration
 * space, which an emulator with a plain byte array for it does not provide. I/O ports reach every register without it.
 * @param ioBase first I/O port of the BAR, a multiple of {@link BAR_BYTES}
 * @throws TypeError or RangeError for wrong numbers
 */
export function modernConfigSpace(ioBase: number): Uint8Array {
  checkPort("ioBase", ioBase, BAR_BYTES);
  const device = MODERN_DEVICE_BASE + BALLOON_DEVICE_ID;
  // Revision 1 or later means that the device is not transitional (§4.1.2.1).
  return configSpace({ device, subsystem: device, revision: 1, ports: [ioBase], modernBar: 0 });
}

/**
 * Returns the configuration space of a transitional balloon: BAR 0 has the legacy registers, BAR 1 the modern
 * structures. @throws TypeError or RangeError for wrong numbers
 */
export function transitionalConfigSpace(legacyBase: number, modernBase: number): Uint8Array {
  checkPort("legacyBase", legacyBase, LEGACY_BAR_BYTES);
  checkPort("modernBase", modernBase, BAR_BYTES);
  return configSpace({ ...LEGACY, ports: [legacyBase, modernBase], modernBar: 1 });
}

/**
 * Returns the configuration space of a balloon from before virtio 1.0, which has only the legacy registers. @throws
 * TypeError or RangeError for wrong numbers
 */
export function legacyConfigSpace(ioBase: number): Uint8Array {
  checkPort("ioBase", ioBase, LEGACY_BAR_BYTES);
  return configSpace({ ...LEGACY, ports: [ioBase] });
}

/** §4.1.2.3: legacy drivers require revision 0 and take the virtio device id from the subsystem. */
const LEGACY = { device: TRANSITIONAL_BALLOON, subsystem: BALLOON_DEVICE_ID, revision: 0 } as const;

/** Checks a port. A BAR starts at a multiple of its size: PCI Local Bus 3.0 §6.2.5.1. */
function checkPort(name: string, port: number, bytes: number): void {
  check(name, { integer: [[0, 2 ** 32 - bytes]], multipleOf: bytes }, port);
}

function configSpace({ device, subsystem, revision, ports, modernBar }: Identity): Uint8Array {
  const space = new DataView(new ArrayBuffer(256));
  space.setUint16(0x00, VIRTIO_VENDOR, true);
  space.setUint16(0x02, device, true);
  space.setUint16(0x04, 0x0003, true); // command: I/O and memory decoding
  space.setUint8(0x08, revision);
  space.setUint8(0x0b, CLASS_UNDEFINED);
  ports.forEach((port, bar) => {
    space.setUint32(0x10 + 4 * bar, port | 1, true);
  });
  space.setUint16(0x2c, VIRTIO_VENDOR, true);
  space.setUint16(0x2e, subsystem, true);
  space.setUint8(0x3d, 1); // interrupt pin A
  if (modernBar !== undefined) writeCapabilities(space, modernBar);
  return new Uint8Array(space.buffer);
}

/**
 * The capabilities, each a struct virtio_pci_cap: its type, the location of its structure in the BAR, and its own size.
 */
const CAPABILITY_LIST = [
  { type: CapabilityType.COMMON, offset: Bar.COMMON, bytes: Bar.COMMON_BYTES, size: 16 },
  { type: CapabilityType.ISR, offset: Bar.ISR, bytes: Bar.ISR_BYTES, size: 16 },
  { type: CapabilityType.DEVICE, offset: Bar.DEVICE, bytes: Bar.DEVICE_BYTES, size: 16 },
  { type: CapabilityType.NOTIFY, offset: Bar.NOTIFY, bytes: Bar.NOTIFY_BYTES, size: 20 },
] as const;

/**
 * §4.1.4: writes the capabilities as a linked list. The notification capability has the queue multiplier after the
 * common part.
 */
function writeCapabilities(space: DataView, bar: number): void {
  space.setUint16(0x06, 0x0010, true); // status: has a capability list
  space.setUint8(0x34, CAPABILITIES);
  let at = CAPABILITIES;
  for (const { type, offset, bytes, size } of CAPABILITY_LIST) {
    const last = type === CapabilityType.NOTIFY;
    space.setUint8(at, CAPABILITY_VENDOR);
    space.setUint8(at + 1, last ? 0 : at + size);
    space.setUint8(at + 2, size);
    space.setUint8(at + 3, type);
    space.setUint8(at + 4, bar);
    space.setUint32(at + 8, offset, true);
    space.setUint32(at + 12, bytes, true);
    if (last) space.setUint32(at + 16, Bar.NOTIFY_MULTIPLIER, true);
    at += size;
  }
}
