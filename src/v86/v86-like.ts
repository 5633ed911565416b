/** The parts of v86 this package touches. They keep their names in v86's published build; v86's own types omit them. */
export interface V86Like {
  readonly v86: { readonly cpu: V86Cpu };
  /** The side of the bus whose messages reach `add_listener`. */
  readonly emulator_bus: {
    /** Calls the listeners of `name`. */
    send(name: string, value?: unknown): void;
  };
  /** Hears of what happens in the machine. */
  add_listener(name: string, listener: (value: never) => void): void;
  /** Ends {@link add_listener}. */
  remove_listener(name: string, listener: (value: never) => void): void;
}

/** The processor, and what hangs on it. */
export interface V86Cpu {
  readonly devices: { readonly pci: V86Pci; virtio_balloon?: unknown };
  readonly io: V86Io;
  readonly wasm_memory: { readonly buffer: ArrayBuffer };
  /** A Proxy: slow, and not a typed array to the engine; only its offset is of use. */
  readonly mem8: { readonly byteOffset: number };
  /** Guest memory in bytes. */
  readonly memory_size: Int32Array;
  /** Drops translated code of [start, end). */
  jit_dirty_cache(start: number, end: number): void;
  /** Resets the machine; v86 calls it by this name. */
  reboot_internal(): void;
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
  readonly device_spaces: Int32Array[];
  readonly isa_bridge_space8: Uint8Array;
  /** Copies the handlers of the device's ports, which must be there before. */
  register_device(device: V86PciDevice): void;
  /** Raises the interrupt line of a slot. */
  raise_irq(pci_id: number): void;
  /** Lowers it. */
  lower_irq(pci_id: number): void;
}
