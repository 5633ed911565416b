import { vi } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import {
  LegacyBar,
  LegacyPciTransport,
  MmioDriverTransport,
  MmioTransport,
  MockDriver,
  ModernBar,
  ModernPciTransport,
} from "../../src/virtio/index.ts";
import type { MockBuffer } from "../../src/virtio/index.ts";
import { FRAME_BYTES } from "../balloon/harness.ts";
import type { Machine } from "../balloon/harness.ts";
import type { HostMemory } from "../../src/host/index.ts";

/** A driver that tells before it reuses a page, and takes no optional queue. */
export const POLITE: bigint = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
/** A driver that promises nothing. */
export const SILENT: bigint = featureSet(Feature.VERSION_1);

/** Free pages, as the hinting and reporting queues want them. */
export function pages(first: number, frames = 1): MockBuffer {
  return { address: first * FRAME_BYTES, bytes: frames * FRAME_BYTES, writable: true };
}

export function le32(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

/** One entry of a statistics buffer; the value is below 2^32. */
export function entry(tag: number, value: number): number[] {
  return [tag & 0xff, tag >> 8, ...le32(value), 0, 0, 0, 0];
}

/** Fills frames of guest memory with a byte. */
export function paint({ memory }: Machine<HostMemory>, byte: number, first: number, frames = 1): void {
  memory.bytes.fill(byte, first * FRAME_BYTES, (first + frames) * FRAME_BYTES);
}

/** Whether every byte of a frame has this value. */
export function isPainted({ memory }: Machine<HostMemory>, byte: number, frame: number): boolean {
  return memory.bytes
    .subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES)
    .every((found) => found === byte);
}

export type Transport = "modern PCI" | "legacy PCI" | "MMIO";
export const TRANSPORTS: readonly Transport[] = ["modern PCI", "legacy PCI", "MMIO"];

/** A second driver, which reaches the machine's device another way. */
export function driverBy(transport: Transport, { device, memory }: Machine<HostMemory>): MockDriver {
  const scratch = memory.bytes.length / 2;
  if (transport === "MMIO")
    return new MockDriver(new MmioTransport(device), memory, scratch, MmioDriverTransport);
  if (transport === "modern PCI")
    return new MockDriver(new ModernBar(device), memory, scratch, ModernPciTransport);
  return new MockDriver(new LegacyBar(device), memory, scratch, LegacyPciTransport);
}

/** Runs `act` and counts what the device reads of guest memory meanwhile: words, and views of the whole memory. */
export function countReads(
  { memory }: Machine<HostMemory>,
  act: () => void,
): { words: number; views: number } {
  const words = [vi.spyOn(memory, "read16"), vi.spyOn(memory, "read32")];
  const views = vi.spyOn(memory, "bytes", "get");
  act();
  const counts = {
    words: words.reduce((sum, spy) => sum + spy.mock.calls.length, 0),
    views: views.mock.calls.length,
  };
  for (const spy of [...words, views]) spy.mockRestore();
  return counts;
}
