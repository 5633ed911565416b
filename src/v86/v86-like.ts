/** The parts of v86 this package touches. They keep their names in v86's published build; v86's own types omit them. */
export interface V86Like {
  /** Not there until v86's WebAssembly module is. */
  readonly v86: {
    readonly cpu: V86Cpu;
    /** Whether the machine runs. */
    readonly running: boolean;
  };
  /** The side of the bus whose messages reach `add_listener`. */
  readonly emulator_bus: {
    /** Calls the listeners of `name`. */
    send(name: string, value?: unknown): void;
  };
  /** Hears of what happens in the machine. */
  add_listener(name: string, listener: (value: never) => void): void;
  /** Ends {@link add_listener}. */
  remove_listener(name: string, listener: (value: never) => void): void;
  /** Stops the machine. */
  stop(): Promise<void>;
  /** Ends the machine. */
  destroy(): Promise<void>;
}

/** The processor, and what hangs on it. */
export interface V86Cpu {
  readonly devices: { readonly pci: V86Pci; virtio_balloon?: unknown };
  readonly io: V86Io;
  readonly wasm_memory: WebAssembly.Memory;
  /** A Proxy: slow, and not a typed array to the engine; only its offset is of use. */
  readonly mem8: { readonly byteOffset: number };
  /** Guest memory in bytes. */
  readonly memory_size: Int32Array;
  /** Instructions executed since the machine was made, modulo 2^32; restoring a state does not change it. */
  readonly instruction_counter: { readonly 0: number };
  /** What the BIOS last asked for, by bytes; saved and restored whatever it is. */
  fw_value: Iterable<unknown>;
  /** Drops translated code of [start, end). */
  jit_dirty_cache(start: number, end: number): void;
  /** Resets the machine; v86 calls it by this name. */
  reboot_internal(): void;
  /** An IRQ goes up. */
  device_raise_irq(irq: number): void;
  /** An IRQ goes down. */
  device_lower_irq(irq: number): void;
  /** Where the interrupt controllers are in the module's memory; not in versions that have them in JavaScript. */
  get_pic_addr_master?(): number;
  /** The same of the second one. */
  get_pic_addr_slave?(): number;
  /** The machine's state, in v86's order; `save_state` calls it by this name. */
  get_state(): unknown[];
  /** Restores it; every way to do that ends here. */
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

/** What v86's PCI bus wants of a device. */
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
  /** Copies the handlers of the device's ports, which must be there before. */
  register_device(device: V86PciDevice): void;
  /** Raises the interrupt line of a slot. */
  raise_irq(pci_id: number): void;
  /** Lowers it. */
  lower_irq(pci_id: number): void;
  /** A write to configuration space, at device << 8 | offset. */
  pci_write8(address: number, value: number): void;
  /** The same, of two bytes. */
  pci_write16(address: number, value: number): void;
  /** The same, of four. */
  pci_write32(address: number, value: number): void;
  /** The configuration spaces by pci_id, and the bus's own registers from 256 on. */
  get_state(): unknown[];
  /** Restores what it has of devices that are there, and moves their ports. */
  set_state(state: unknown[]): void;
}
