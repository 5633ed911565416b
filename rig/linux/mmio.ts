import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { V86 } from "v86";
import { Balloon } from "../../src/balloon/index.ts";
import type { BalloonOptions } from "../../src/balloon/index.ts";
import { packageRoot } from "../../src/guest/package-root.ts";
import { ZeroingHost } from "../../src/host/index.ts";
import { guestMemory } from "../../src/memory/index.ts";
import { MMIO_BYTES, MmioTransport } from "../../src/virtio/index.ts";
import { writeCpio } from "./cpio.ts";

/** Where virtio-mmio.asl has the device. */
export const MMIO_ADDRESS = 0xd0000000;
export const MMIO_IRQ = 5;
/** v86 maps memory in blocks of this size. */
const BLOCK_BYTES = 0x20000;

/** v86's properties for memory that belongs to a device. */
interface Cpu {
  readonly wasm_memory: WebAssembly.Memory;
  readonly mem8: { readonly byteOffset: number };
  readonly memory_size: Int32Array;
  readonly io: {
    mmap_register(
      address: number,
      bytes: number,
      read8: Read,
      write8: Write,
      read32: Read,
      write32: Write,
    ): void;
  };
  device_raise_irq(irq: number): void;
  device_lower_irq(irq: number): void;
  jit_dirty_cache(start: number, end: number): void;
}

type Read = (address: number) => number;
type Write = (address: number, value: number) => void;

/** A balloon behind virtio-mmio registers. */
export interface MmioBalloon {
  readonly balloon: Balloon;
  readonly registers: MmioTransport;
}

/**
 * Puts a balloon at {@link MMIO_ADDRESS} of a machine that is loaded, with the public classes alone, as any emulator would
 * do it. Linux finds it when it loads virtio_mmio.ko.
 */
export function attachMmio(
  emulator: V86,
  { version, ...options }: Partial<BalloonOptions> & { readonly version: 1 | 2 },
): MmioBalloon {
  const { cpu } = (emulator as unknown as { v86: { cpu: Cpu } }).v86;
  const bytes = (): Uint8Array =>
    new Uint8Array(cpu.wasm_memory.buffer, cpu.mem8.byteOffset, cpu.memory_size[0]);
  const memory = guestMemory([{ base: 0, bytes, wasm: () => cpu.wasm_memory }]);
  const interrupt = {
    raise: () => {
      cpu.device_raise_irq(MMIO_IRQ);
    },
    lower: () => {
      cpu.device_lower_irq(MMIO_IRQ);
    },
  };
  const host = new ZeroingHost(memory, (start, end) => {
    cpu.jit_dirty_cache(start, end);
  });
  const balloon = new Balloon({ memory, interrupt, host, ...options });
  const registers = new MmioTransport(balloon, { version });
  // v86 passes addresses and values as signed numbers, and wants them so.
  const offset = (address: number): number => (address >>> 0) - MMIO_ADDRESS;
  const read = (width: number) => (address: number) =>
    offset(address) < MMIO_BYTES ? registers.read(offset(address), width) | 0 : 0;
  const write = (width: number) => (address: number, value: number) => {
    if (offset(address) < MMIO_BYTES) registers.write(offset(address), width, value);
  };
  cpu.io.mmap_register(MMIO_ADDRESS, BLOCK_BYTES, read(1), write(1), read(4), write(4));
  return { balloon, registers };
}

/** An archive in front of the initial file system, from which Linux takes an ACPI table that describes the device. */
export async function acpiTable(): Promise<Uint8Array> {
  const data = await readFile(join(packageRoot(), "rig/linux/virtio-mmio.aml"));
  const folders = ["kernel", "kernel/firmware", "kernel/firmware/acpi"];
  return writeCpio([
    ...folders.map((path) => ({ type: "directory", path, mode: 0o755 }) as const),
    { type: "file", path: "kernel/firmware/acpi/virtio-mmio.aml", mode: 0o644, data },
  ]);
}
