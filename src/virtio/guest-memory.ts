import { check, describe } from "../options/index.ts";
import type { Kind } from "../options/index.ts";

/**
 * Guest physical memory. Reads and writes are not checked: the caller must have checked the range with
 * {@link GuestMemory.contains}.
 *
 * Emulators replace their buffer when memory grows (a WebAssembly.Memory detaches the old one), so a new view is
 * requested whenever the last one has become empty. Little-endian, as in virtio 1.x.
 */
export class GuestMemory {
  /** Size in bytes. It does not change. */
  readonly size: number;
  readonly #source: () => Uint8Array;
  #bytes: Uint8Array;
  #view: DataView;

  /**
   * @throws TypeError unless `source` is a function that returns a Uint8Array
   * @param source returns a view of [0, size) of guest physical memory; called again after the buffer was detached
   */
  constructor(source: () => Uint8Array) {
    if (typeof source !== "function")
      throw new TypeError(`source: expected a function that returns a Uint8Array, got ${describe(source)}`);
    this.#source = source;
    this.#bytes = check("source()", "bytes", source());
    this.#view = viewOf(this.#bytes);
    this.size = this.#bytes.length;
  }

  /** Current view of the whole memory, valid until the emulator runs again. */
  get bytes(): Uint8Array {
    this.refresh();
    return this.#bytes;
  }

  /** Requests a new view if the last one was detached. */
  refresh(): void {
    if (this.#bytes.length === 0) this.#renew();
  }

  /** Whether [address, address + length) lies in guest memory. Also true for an empty range at the end of memory. */
  contains(address: number, length: number): boolean {
    return address + length <= this.size;
  }

  /** Reads two bytes at a guest physical address. */
  read16(address: number): number {
    return this.#current.getUint16(address, true);
  }

  /** Reads four bytes as an unsigned number. */
  read32(address: number): number {
    return this.#current.getUint32(address, true);
  }

  /** Writes two bytes at a guest physical address. */
  write16(address: number, value: number): void {
    this.#current.setUint16(address, value, true);
  }

  /** Writes four bytes at a guest physical address. */
  write32(address: number, value: number): void {
    this.#current.setUint32(address, value, true);
  }

  get #current(): DataView {
    this.refresh();
    return this.#view;
  }

  #renew(): void {
    this.#bytes = this.#source();
    this.#view = viewOf(this.#bytes);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const GUEST_MEMORY: Kind = { instanceOf: GuestMemory, called: "a GuestMemory" };
