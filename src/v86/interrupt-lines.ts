import { replaceMethod } from "./replace-method.ts";
import type { V86Cpu, V86Pci } from "./v86-like.ts";

/** Registers of the PCI-ISA bridge in slot 1: the IRQ that each of PIRQA to PIRQD is connected to. */
const ISA_BRIDGE = 1 << 3;
const PIRQ_ROUTING = 0x60;
/** Word of configuration space with the interrupt line in its low byte and the pin in the next. */
const INTERRUPT = 0x3c >> 2;
/** The number of IRQs. If a routing register has a larger value, the pin is not connected. */
const IRQS = 16;

/** The first IRQ of the slave controller, which is connected to the master's IRQ 2. */
const SLAVE_IRQS = 8;
const CASCADE = 1 << 2;
/** Offsets of an interrupt controller's registers in v86's memory, one byte each. */
const Pic = { ENABLED: 0, REQUESTED: 3 } as const;
const PIC_BYTES = 4;

/** The IRQ that INTA of a slot is connected to now. The BIOS and the guest may change it. */
export function irqOf({ isa_bridge_space8, device_spaces }: V86Pci, pci_id: number): number {
  // The slot may be empty now, although it had a device in the machine that was saved.
  const pin = ((device_spaces[pci_id]?.[INTERRUPT] ?? 0x100) >> 8) & 0xff;
  return isa_bridge_space8[PIRQ_ROUTING + ((pin - 1 + (pci_id >> 3) - 1) & 3)]!;
}

/**
 * The interrupt lines of a machine's PCI slots, modelled as shared wires: a line is up as long as any device asserts
 * it. In v86 alone, a device that lowers a shared line lowers it for all devices, and their interrupts are lost.
 */
export class InterruptLines {
  readonly #cpu: V86Cpu;
  /** The IRQ that each device asserts, by pci_id. */
  readonly #asserted = new Map<number, number>();
  readonly #undo: (() => void)[];
  #restoring = false;

  /** Takes effect at once, until {@link dispose}. */
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

  /**
   * Raises the line. The call is passed on even if the device already asserts the line, as in v86, because the
   * interrupt controller may have been reset.
   */
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
   * Runs `restore`, which restores the machine. The interrupt controller is restored with its saved lines some time
   * before this package's device, and other devices bring the lines they assert. So no line is changed until all of
   * them are restored.
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

  /** Lets v86's own devices drive their lines alone again. */
  dispose(): void {
    for (const undo of this.#undo) undo();
  }

  /** Finds out which devices assert a line, by asking those that can tell. A machine's state does not have this. */
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

  /** Moves asserted lines to the IRQs they are routed to now. */
  #reroute(): void {
    const { pci } = this.#cpu.devices;
    for (const [pci_id, irq] of [...this.#asserted]) if (irqOf(pci, pci_id) !== irq) this.raise(pci_id);
  }
}

/**
 * Drops a request of the slave controller that has no interrupt behind it. v86's master controller keeps such a request
 * if the slave's line falls before the processor takes the interrupt, for example because a driver masks its device
 * while interrupts are off. The processor then takes the request, the slave has none, and the master waits for an end
 * of interrupt that never comes. As a result, IRQs 2 to 15 stop working.
 */
function forgetCascade(cpu: V86Cpu): void {
  const [masterAt, slaveAt] = [cpu.get_pic_addr_master?.(), cpu.get_pic_addr_slave?.()];
  if (masterAt === undefined || slaveAt === undefined) return;
  const master = new Uint8Array(cpu.wasm_memory.buffer, masterAt, PIC_BYTES);
  const slave = new Uint8Array(cpu.wasm_memory.buffer, slaveAt, PIC_BYTES);
  if ((slave[Pic.REQUESTED]! & slave[Pic.ENABLED]!) === 0) master[Pic.REQUESTED]! &= ~CASCADE;
}

/**
 * Whether a device asserts its line, from the registers of v86's ne2k or of its virtio devices. Undefined for a device
 * without these registers.
 */
function assertsLine(device: object | undefined): boolean | undefined {
  const { isr, imr, isr_status } = (device ?? {}) as Record<string, unknown>;
  if (typeof isr_status === "number") return isr_status !== 0;
  return typeof isr === "number" && typeof imr === "number" ? (isr & imr) !== 0 : undefined;
}
