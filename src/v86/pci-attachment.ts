import { BAR_BYTES, modernConfigSpace } from "../virtio/index.ts";
import type { InterruptLine, RegisterAccess } from "../virtio/index.ts";
import type { V86Cpu } from "./v86-like.ts";

/** Where the device appears; both are free in v86 0.5. */
export interface PciPlace {
  /** PCI slot. */
  readonly slot: number;
  /** First I/O port of its BAR; the guest may move it. */
  readonly port: number;
}

const PIRQ_ROUTING = 0x60;
const INTERRUPT_LINE = 0x3c;

/** Puts a device's registers on v86's PCI bus. @throws Error when the slot is taken. */
export function attachToPci(
  cpu: V86Cpu,
  device: object,
  name: string,
  place: PciPlace,
  bar: RegisterAccess,
): void {
  const { pci } = cpu.devices;
  const pci_id = place.slot << 3;
  const taken = pci.devices[pci_id];
  if (taken !== undefined)
    throw new Error(`PCI slot ${place.slot} is taken by ${taken.name}: choose another pci_slot`);
  // v86 copies the port handlers when the device is registered, so they come first.
  registerPorts(cpu, device, place.port, bar);
  const pci_space = [...modernConfigSpace(5, place.port)];
  pci_space[INTERRUPT_LINE] = interruptLine(cpu, place.slot);
  Object.assign(device, { name, pci_id, pci_space, pci_bars: [{ size: BAR_BYTES }] });
  pci.register_device(device as Parameters<typeof pci.register_device>[0]);
}

/** The device's INTx line. */
export function pciInterrupt(cpu: V86Cpu, slot: number): InterruptLine {
  const { pci } = cpu.devices;
  return {
    raise: () => {
      pci.raise_irq(slot << 3);
    },
    lower: () => {
      pci.lower_irq(slot << 3);
    },
  };
}

/** What a BIOS would write there: it has already run when the device is attached to a running guest. */
function interruptLine(cpu: V86Cpu, slot: number): number {
  return cpu.devices.pci.isa_bridge_space8[PIRQ_ROUTING + ((slot - 1) & 3)]!;
}

/** One handler a port, bound to its offset: the port number a handler is called with changes when the BAR moves. */
function registerPorts({ io }: V86Cpu, device: object, port: number, bar: RegisterAccess): void {
  for (let offset = 0; offset < BAR_BYTES; offset++) {
    const read = (width: number) => () => bar.read(offset, width);
    const write = (width: number) => (value: number) => {
      bar.write(offset, width, value);
    };
    io.register_read(port + offset, device, read(1), read(2), read(4));
    io.register_write(port + offset, device, write(1), write(2), write(4));
  }
}
