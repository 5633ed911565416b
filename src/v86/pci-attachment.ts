import type { InterruptLine } from "../virtio/index.ts";
import { irqOf } from "./interrupt-lines.ts";
import type { InterruptLines } from "./interrupt-lines.ts";
import type { IoBar, PciFunction } from "./pci-function.ts";
import type { V86Cpu, V86Pci } from "./v86-like.ts";

const INTERRUPT_LINE = 0x3c;
/** Word of configuration space with the command register in its low half and the status register in its high half. */
const COMMAND_STATUS = 1;
/** Interrupt Status, bit 3 of the status register. */
const INTERRUPT_STATUS = 1 << (16 + 3);

/** @throws Error if there is a device in the slot, unless it was disposed of */
export function checkSlot({ devices: { pci } }: V86Cpu, slot: number): void {
  const taken = pci.devices[slot << 3];
  if (taken !== undefined && (taken as { disposed?: unknown }).disposed !== true)
    throw new Error(`PCI slot ${slot} is taken by ${taken.name}: choose another pciSlot`);
}

/** Puts a device's registers on v86's PCI bus. */
export function attachToPci(
  cpu: V86Cpu,
  device: object,
  name: string,
  slot: number,
  { bars, configSpace }: PciFunction,
): void {
  const { pci } = cpu.devices;
  const pci_id = slot << 3;
  // v86 copies the port handlers when the device is registered, so they must be set before.
  bars.forEach((bar) => {
    registerPorts(cpu, device, bar);
  });
  const pci_space = [...configSpace];
  // The value that a BIOS would write here. If the device is attached to a running guest, the BIOS has already run.
  pci_space[INTERRUPT_LINE] = irqOf(pci, pci_id);
  Object.assign(device, { name, pci_id, pci_space, pci_bars: bars.map(({ bytes }) => ({ size: bytes })) });
  pci.register_device(device as Parameters<typeof pci.register_device>[0]);
}

/** The device's INTx line, together with the bit of the PCI status register that shows it (VIRTIO 1.3 §4.1.4.5.1). */
export function pciInterrupt(cpu: V86Cpu, lines: InterruptLines, slot: number): InterruptLine {
  const { pci } = cpu.devices;
  const pci_id = slot << 3;
  return {
    raise: () => {
      showInterrupt(pci, pci_id, INTERRUPT_STATUS);
      lines.raise(pci_id);
    },
    lower: () => {
      showInterrupt(pci, pci_id, 0);
      lines.lower(pci_id);
    },
  };
}

/** Gives the device in `slot` a saved configuration space and moves its ports to the BARs in it, as v86 would. */
export function placeAsSaved({ devices: { pci } }: V86Cpu, slot: number, space: Int32Array): void {
  const state = pci.get_state();
  pci.set_state(
    state.map((part, i) => (i < pci.devices.length ? (i === slot << 3 ? space : undefined) : part)),
  );
}

/**
 * Sets or clears the interrupt bit. Configuration space is a plain array in v86, so it must be updated at every change.
 */
function showInterrupt({ device_spaces }: V86Pci, pci_id: number, bit: number): void {
  const space = device_spaces[pci_id]!;
  space[COMMAND_STATUS] = (space[COMMAND_STATUS]! & ~INTERRUPT_STATUS) | bit;
}

/**
 * Registers one handler for each port, bound to its offset. The port number that a handler gets changes when the BAR
 * moves.
 */
function registerPorts({ io }: V86Cpu, device: object, { port, bytes, registers }: IoBar): void {
  for (let offset = 0; offset < bytes; offset++) {
    const read = (width: number) => () => registers.read(offset, width);
    const write = (width: number) => (value: number) => {
      registers.write(offset, width, value);
    };
    io.register_read(port + offset, device, read(1), read(2), read(4));
    io.register_write(port + offset, device, write(1), write(2), write(4));
  }
}
