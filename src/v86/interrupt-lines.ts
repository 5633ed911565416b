import { replaceMethod } from "./replace-method.ts";
import type { V86Cpu, V86Pci } from "./v86-like.ts";

/** PIRQA to PIRQD of the PCI-ISA bridge, in slot 1: the IRQ each is connected to. */
const ISA_BRIDGE = 1 << 3;
const PIRQ_ROUTING = 0x60;
/** Of a configuration space as words: interrupt line, and above it the pin. */
const INTERRUPT = 0x3c >> 2;
/** Routing registers may hold more: the pin is then not connected. */
const IRQS = 16;

/** From here on they are the slave controller's, which has the master's IRQ 2. */
const SLAVE_IRQS = 8;
const CASCADE = 1 << 2;
/** Registers of an interrupt controller in v86's memory, a byte each. */
const Pic = { ENABLED: 0, REQUESTED: 3 } as const;
const PIC_BYTES = 4;

/** The IRQ that INTA of a slot is connected to now; the BIOS and the guest may change that. */
export function irqOf({ isa_bridge_space8, device_spaces }: V86Pci, pci_id: number): number {
  // A slot may be empty: it had a device in the machine that a state was saved of.
  const pin = ((device_spaces[pci_id]?.[INTERRUPT] ?? 0x100) >> 8) & 0xff;
  return isa_bridge_space8[PIRQ_ROUTING + ((pin - 1 + (pci_id >> 3) - 1) & 3)]!;
}

/**
 * The interrupt lines of a machine's PCI slots as the wires they are: one is up as long as any device asserts it. In v86
 * alone whoever lowers a line lowers it for all, and the interrupts of the others are lost.
 */
export class InterruptLines {
  readonly #cpu: V86Cpu;
  /** Who asserts which IRQ, by pci_id. */
  readonly #asserted = new Map<number, number>();
  readonly #undo: (() => void)[];
  #restoring = false;

  /** In effect from now on, until {@link dispose}. */
  constructor(cpu: V86Cpu) {
    this.#cpu = cpu;
    const { pci } = cpu.devices;
    this.#undo = [
      replaceMethod(pci, "raise_irq", () => (pci_id) => {
        this.raise(pci_id);
      }),
      replaceMethod(pci, "lower_irq", () => (pci_id) => {
        this.lower(pci_id);
      }),
      ...(["pci_write8", "pci_write16", "pci_write32"] as const).map((name) => this.#watchRouting(name)),
    ];
    this.#ask();
  }

  /** Passed on also when the device asserts its line already, as in v86: the interrupt controller may have been reset. */
  raise(pci_id: number): void {
    const before = this.#asserted.get(pci_id);
    const irq = irqOf(this.#cpu.devices.pci, pci_id);
    this.#asserted.set(pci_id, irq);
    if (before !== undefined && before !== irq) this.#release(before);
    if (!this.#restoring && irq < IRQS) this.#cpu.device_raise_irq(irq);
  }

  /** Lowers the line unless another device asserts it. */
  lower(pci_id: number): void {
    const irq = this.#asserted.get(pci_id) ?? irqOf(this.#cpu.devices.pci, pci_id);
    this.#asserted.delete(pci_id);
    this.#release(irq);
  }

  /**
   * `restore` restores the machine. The interrupt controller comes with the lines as they were saved, some time before
   * this package's device and others come with what they assert: none is touched until all of them are there.
   */
  during(restore: () => void): void {
    this.#restoring = true;
    try {
      restore();
    } finally {
      this.#restoring = false;
    }
    this.#ask();
    for (const pci_id of [...this.#asserted.keys()]) this.raise(pci_id);
  }

  /** v86's own devices drive their lines alone again. */
  dispose(): void {
    for (const undo of this.#undo) undo();
  }

  /** Who asserts a line is not in a machine's state: it is asked of the devices that can say. */
  #ask(): void {
    const { pci } = this.#cpu.devices;
    pci.devices.forEach((device, pci_id) => {
      const asserts = assertsLine(device);
      if (asserts === true) this.#asserted.set(pci_id, irqOf(pci, pci_id));
      else if (asserts === false) this.#asserted.delete(pci_id);
    });
  }

  #release(irq: number): void {
    const wanted = [...this.#asserted.values()].includes(irq);
    if (wanted || this.#restoring || irq >= IRQS) return;
    this.#cpu.device_lower_irq(irq);
    if (irq >= SLAVE_IRQS) forgetCascade(this.#cpu);
  }

  #watchRouting(name: "pci_write8" | "pci_write16" | "pci_write32"): () => void {
    return replaceMethod(this.#cpu.devices.pci, name, (write) => (address, value) => {
      write(address, value);
      if (((address >> 8) & 0xffff) === ISA_BRIDGE && (address & 0xfc) === PIRQ_ROUTING) this.#reroute();
    });
  }

  /** Levels follow the wires to where they lead now. */
  #reroute(): void {
    const { pci } = this.#cpu.devices;
    for (const [pci_id, irq] of [...this.#asserted]) if (irqOf(pci, pci_id) !== irq) this.raise(pci_id);
  }
}

/**
 * v86's master interrupt controller keeps a request of the slave whose line fell before the processor took it — a driver
 * masks its device with interrupts off, say. It then takes the request for one, finds none at the slave, and waits for
 * an end of interrupt that never comes: IRQs 2 to 15 are dead. A request that has no interrupt behind it is dropped.
 */
function forgetCascade(cpu: V86Cpu): void {
  const [masterAt, slaveAt] = [cpu.get_pic_addr_master?.(), cpu.get_pic_addr_slave?.()];
  if (masterAt === undefined || slaveAt === undefined) return;
  const master = new Uint8Array(cpu.wasm_memory.buffer, masterAt, PIC_BYTES);
  const slave = new Uint8Array(cpu.wasm_memory.buffer, slaveAt, PIC_BYTES);
  if ((slave[Pic.REQUESTED]! & slave[Pic.ENABLED]!) === 0) master[Pic.REQUESTED]! &= ~CASCADE;
}

/** By the registers of v86's ne2k, or those of its virtio devices; undefined for a device that has neither. */
function assertsLine(device: object | undefined): boolean | undefined {
  const { isr, imr, isr_status } = (device ?? {}) as Record<string, unknown>;
  if (typeof isr_status === "number") return isr_status !== 0;
  return typeof isr === "number" && typeof imr === "number" ? (isr & imr) !== 0 : undefined;
}
