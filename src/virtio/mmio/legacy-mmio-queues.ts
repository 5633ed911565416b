import { check } from "../../options/index.ts";
import type { Kind, Table } from "../../options/index.ts";
import { featureWindow } from "../feature-bits.ts";
import type { ModernRegisters } from "../modern-registers.ts";
import { LegacyConfigWriter } from "../pci/legacy-config-writer.ts";
import type { PartialField } from "../pci/legacy-config-writer.ts";
import { register, writeOnly } from "../register-file.ts";
import type { Register } from "../register-file.ts";
import { LEGACY_RING_ALIGNMENT, ringsAt } from "../ring-layout.ts";
import type { VirtioDevice } from "../virtio-device.ts";
import { LegacyMmio, Mmio } from "./mmio-layout.ts";

/** What a legacy driver has said about its pages and queues; part of a snapshot. */
export interface LegacyMmioSelection {
  /** Unit of QueuePFN, in bytes. */
  readonly pageBytes: number;
  /** Alignment of each queue's used ring, in bytes. */
  readonly alignments: readonly number[];
  readonly partial: Readonly<PartialField>;
}

const PAGE_BYTES = 4096;
const HALF = 2 ** 32;
const WORD: Kind = { integer: [[0, HALF - 1]] };
const UNIT: Kind = { integer: [[1, 2 ** 31]], powerOfTwo: true };
const SELECTION: Kind = {
  members: {
    pageBytes: { needed: UNIT },
    alignments: { needed: "array" },
    partial: { needed: "object" },
  } satisfies Table<LegacyMmioSelection>,
};

/**
 * What is different in the registers of version 1 (§4.2.4): 32 feature bits, queues that start at a page number, and a
 * configuration that may be written byte by byte.
 */
export class LegacyMmioQueues {
  readonly #device: VirtioDevice;
  readonly #shared: ModernRegisters;
  readonly #config: LegacyConfigWriter;
  /** A reset leaves it alone: Linux writes it once, before it resets the device for the first time. */
  #pageBytes = PAGE_BYTES;
  readonly #alignments: number[];

  constructor(device: VirtioDevice, shared: ModernRegisters) {
    this.#device = device;
    this.#shared = shared;
    this.#config = new LegacyConfigWriter(device.model);
    this.#alignments = device.queues.map(() => LEGACY_RING_ALIGNMENT);
  }

  get selection(): LegacyMmioSelection {
    return {
      pageBytes: this.#pageBytes,
      alignments: [...this.#alignments],
      partial: { ...this.#config.partial },
    };
  }

  set selection(selection: LegacyMmioSelection) {
    check("selection.legacy", SELECTION, selection);
    const { pageBytes, alignments, partial } = selection;
    check(
      "selection.legacy.alignments.length",
      { integer: [[this.#alignments.length, this.#alignments.length]] },
      alignments.length,
    );
    for (const bytes of alignments) check("selection.legacy.alignments", UNIT, bytes);
    if (partial.field !== undefined) check("selection.legacy.partial.field", WORD, partial.field);
    check("selection.legacy.partial.value", WORD, partial.value);
    this.#pageBytes = pageBytes;
    Object.assign(this.#alignments, alignments);
    Object.assign(this.#config.partial, { field: partial.field, value: partial.value });
  }

  reset(): void {
    this.#alignments.fill(LEGACY_RING_ALIGNMENT);
    this.#config.reset();
  }

  writeConfig(offset: number, width: number, value: number): void {
    this.#config.write(offset, width, value);
  }

  registers(): Register[] {
    const device = this.#device;
    const shared = this.#shared;
    const { selection } = shared;
    return [
      shared.selector(Mmio.DEVICE_FEATURES_SEL, 4, "deviceFeature"),
      register(Mmio.DEVICE_FEATURES, 4, () =>
        selection.deviceFeature === 0 ? featureWindow(device.model.offeredFeatures, 0) : 0,
      ),
      shared.selector(Mmio.DRIVER_FEATURES_SEL, 4, "driverFeature"),
      writeOnly(Mmio.DRIVER_FEATURES, (bits) => {
        if (selection.driverFeature === 0) device.writeFeatures(BigInt(bits));
      }),
      writeOnly(LegacyMmio.GUEST_PAGE_SIZE, (bytes) => {
        if (isPowerOfTwo(bytes)) this.#pageBytes = bytes;
      }),
      register(Mmio.QUEUE_SIZE_MAX, 4, () => shared.queue?.maxSize ?? 0),
      writeOnly(LegacyMmio.QUEUE_ALIGN, (bytes) => {
        if (shared.queue?.enabled === false && isPowerOfTwo(bytes)) this.#alignments[selection.queue] = bytes;
      }),
      register(
        LegacyMmio.QUEUE_PFN,
        4,
        () => Math.floor((shared.queue?.descriptors ?? 0) / this.#pageBytes) % HALF,
        (pfn) => {
          this.#placeQueue(pfn);
        },
      ),
    ];
  }

  /** Writes the queue's page number. 0 removes the queue from the device; others set up a queue that has none yet. */
  #placeQueue(pfn: number): void {
    const { queue } = this.#shared;
    const index = this.#shared.selection.queue;
    if (pfn === 0) this.#device.resetQueue(index);
    else if (queue?.enabled === false) {
      Object.assign(queue, ringsAt(pfn * this.#pageBytes, queue.size, this.#alignments[index]!));
      queue.enabled = true;
    }
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
