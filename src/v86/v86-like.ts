import type { WasmMemory } from "../memory/index.ts";

/**
 * The parts of v86 that this package touches. They keep their names in v86's published build. v86's own types omit
 * them.
 */
export interface V86Like {
  /** Missing until v86's WebAssembly module is loaded. */
  readonly v86: {
    readonly cpu: V86Cpu;
    /** Whether the machine runs. */
    readonly running: boolean;
    /** Restarts the machine. The emulator's `restart` calls it by this name. */
    restart(): void;
  };
  /** The side of the bus whose messages reach `add_listener`. */
  readonly emulator_bus: {
    /** Calls the listeners of `name`. */
    send(name: string, value?: unknown): void;
  };
  /** Adds a listener for an event of the machine. */
  add_listener(name: string, listener: (value: never) => void): void;
  /** Removes a listener that {@link add_listener} added. */
  remove_listener(name: string, listener: (value: never) => void): void;
  /** Stops the machine. */
  stop(): Promise<void>;
  /** Ends the machine. */
  destroy(): Promise<void>;
}

/** The processor, and everything attached to it. */
export interface V86Cpu {
  readonly devices: { readonly pci: V86Pci; virtio_balloon?: unknown };
  readonly io: V86Io;
  readonly wasm_memory: WasmMemory;
  /** A Proxy: it is slow, and the engine does not treat it as a typed array. Only its offset is used. */
  readonly mem8: { readonly byteOffset: number };
  /** Guest memory in bytes. */
  readonly memory_size: Int32Array;
  /** Instructions executed since the machine was made, modulo 2^32; restoring a state does not change it. */
  readonly instruction_counter: { readonly 0: number };
  /** The bytes that the BIOS last asked for. Saved and restored with any contents. */
  fw_value: Iterable<unknown>;
  /** Drops translated code of [start, end). */
  jit_dirty_cache(start: number, end: number): void;
  /** Resets the machine; v86 calls it by this name. */
  reboot_internal(): void;
  /** Raises an IRQ. */
  device_raise_irq(irq: number): void;
  /** Lowers an IRQ. */
  device_lower_irq(irq: number): void;
  /**
   * Address of the master interrupt controller in the module's memory. Missing in versions that have the controllers in
   * JavaScript.
   */
  get_pic_addr_master?(): number;
  /** The same for the slave controller. */
  get_pic_addr_slave?(): number;
  /** The machine's state, in v86's order. `save_state` calls it by this name. */
  get_state(): unknown[];
  /** Restores a state. All ways to restore a machine end here. */
  set_state(state: unknown[]): void;
}

type Read = (port: number) => number;
type Write = (value: number) => void;

/** The I/O ports. */
export interface V86Io {
  /** Handlers for reads of a port, by width. */
  register_read(port: number, device: object, read8: Read, read16: Read, read32: Read): void;
  /** Handlers for writes to a port, by width. */
  register_write(port: number, device: object, write8: Write, write16: Write, write32: Write): void;
}

/** What v86's PCI bus needs from a device. */
export interface V86PciDevice {
  readonly name: string;
  /** Slot << 3. */
  readonly pci_id: number;
  readonly pci_space: readonly number[];
  readonly pci_bars: { readonly size: number }[];
}

/** The PCI bus. */
export interface V86Pci {
  readonly devices: (V86PciDevice | undefined)[];
  /** Configuration spaces as 64 words, by pci_id. */
  readonly device_spaces: (Int32Array | undefined)[];
  readonly isa_bridge_space8: Uint8Array;
  /** Registers a device. Copies the handlers of its ports, which must be set before. */
  register_device(device: V86PciDevice): void;
  /** Raises the interrupt line of a slot. */
  raise_irq(pci_id: number): void;
  /** Lowers the interrupt line of a slot. */
  lower_irq(pci_id: number): void;
  /** A write to configuration space, at device << 8 | offset. */
  pci_write8(address: number, value: number): void;
  /** The same for two bytes. */
  pci_write16(address: number, value: number): void;
  /** The same for four bytes. */
  pci_write32(address: number, value: number): void;
  /** The configuration spaces by pci_id, followed by the bus's own registers from index 256 on. */
  get_state(): unknown[];
  /** Restores the configuration spaces of present devices, and moves their ports. */
  set_state(state: unknown[]): void;
}
