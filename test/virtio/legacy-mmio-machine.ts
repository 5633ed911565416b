import { LinearMemory } from "../../src/memory/index.ts";
import { Balloon } from "../../src/balloon/index.ts";
import type { BalloonOptions, BalloonCounters } from "../../src/balloon/index.ts";
import { RecordingHost } from "../../src/host/index.ts";
import {
  LegacyBar,
  LegacyPciTransport,
  MmioDriverTransport,
  MmioTransport,
  MockDriver,
  ModernBar,
  ModernPciTransport,
} from "../../src/virtio/index.ts";
import type {
  MockBuffer,
  DriverTransportClass,
  RegisterAccess,
  VirtioDevice,
} from "../../src/virtio/index.ts";
import { virtioOf } from "../balloon/internals.ts";

export const FRAMES = 1024;
export const FEATURES: Readonly<Record<"WILL" | "STATS" | "VERSION_1" | "RING_RESET", bigint>> = {
  WILL: 1n << 0n,
  STATS: 1n << 1n,
  VERSION_1: 1n << 32n,
  RING_RESET: 1n << 40n,
};

type TransportName = "modern PCI" | "legacy PCI" | "MMIO" | "legacy MMIO";

/** The device's side and the driver's side of each transport. */
const TRANSPORTS: Record<
  TransportName,
  { of: (device: VirtioDevice) => RegisterAccess; driver: DriverTransportClass }
> = {
  "modern PCI": { of: (device) => new ModernBar(device), driver: ModernPciTransport },
  "legacy PCI": { of: (device) => new LegacyBar(device), driver: LegacyPciTransport },
  MMIO: { of: (device) => new MmioTransport(device), driver: MmioDriverTransport },
  "legacy MMIO": {
    of: (device) => new MmioTransport(device, { version: 1 }),
    driver: MmioDriverTransport,
  },
};

export const NAMES: readonly TransportName[] = Object.keys(TRANSPORTS) as TransportName[];

/** A balloon on a pinned host of 1024 frames; the upper half is the driver's scratch memory. */
export class Machine {
  readonly device: Balloon;
  readonly host: RecordingHost;
  readonly memory: LinearMemory;
  /** Callbacks planned by the device; none runs by itself. */
  readonly planned: Set<() => void> = new Set();
  line = false;

  constructor(options: Partial<BalloonOptions> = {}) {
    const ram = new Uint8Array(FRAMES * 4096);
    this.memory = new LinearMemory(() => ram);
    this.host = new RecordingHost({ frames: FRAMES });
    this.device = new Balloon({
      memory: this.memory,
      host: this.host,
      interrupt: { raise: () => (this.line = true), lower: () => (this.line = false) },
      timer: (callback) => {
        this.planned.add(callback);
        return () => this.planned.delete(callback);
      },
      ...options,
    });
  }

  /** A driver of the device, and the registers it uses. */
  driver(name: TransportName): MockDriver {
    const { of, driver } = TRANSPORTS[name];
    return new MockDriver(of(virtioOf(this.device)), this.memory, (FRAMES / 2) * 4096, driver);
  }

  get virtio(): VirtioDevice {
    return virtioOf(this.device);
  }

  get counters(): BalloonCounters {
    return this.device.counters();
  }

  /** A buffer of little-endian words. */
  words(driver: MockDriver, ...words: number[]): MockBuffer {
    const address = driver.allocate(4 * words.length);
    words.forEach((word, i) => {
      this.memory.write32(address + 4 * i, word);
    });
    return { address, bytes: 4 * words.length };
  }

  /** One statistics entry: MEMFREE (tag 4). */
  statistics(driver: MockDriver, value: number): MockBuffer {
    const address = driver.allocate(10);
    this.memory.write16(address, 4);
    this.memory.write32(address + 2, value);
    this.memory.write32(address + 6, 0);
    return { address, bytes: 10 };
  }
}
