import { check } from "../options/index.ts";
import { FRAME_BYTES } from "./frame.ts";
import type { GuestMemory, GuestRegion } from "./guest-memory.ts";
import type { WasmMemory } from "./wasm-memory.ts";
import { scanOf, WordScan } from "./zero-scan.ts";
import type { ZeroScan } from "./zero-scan.ts";

/** Up to this length, copying byte by byte is faster than `set`. */
const FEW_BYTES = 16;

/**
 * One region of guest RAM as a view of a buffer.
 *
 * Emulators replace their buffer when memory grows (a WebAssembly.Memory detaches the old one), so a new view is
 * requested whenever the last one has become empty.
 */
export class LinearMemory implements GuestMemory, ZeroScan {
  readonly regions: readonly [GuestRegion];
  readonly base: number;
  readonly #source: () => Uint8Array;
  readonly #wasm: () => WasmMemory | undefined;
  #bytes: Uint8Array;
  #view: DataView;
  #end: number;
  /** The last part that was copied. Drivers send every batch from the same array, and a new view costs more than a copy. */
  #part: Uint8Array = NO_BYTES;
  /** Where the part begins. Reading it from the view takes longer. */
  #partAt = 0;
  #scan: ZeroScan | undefined;

  /**
   * @param source returns a view of the region; called again after the buffer was detached
   * @param base guest physical address of its first byte
   * @param wasm returns the WebAssembly.Memory that the view is of, if there is one
   * @throws TypeError unless `source` returns a Uint8Array
   */
  constructor(source: () => Uint8Array, base = 0, wasm: () => WasmMemory | undefined = () => undefined) {
    this.#source = source;
    this.#wasm = wasm;
    this.base = base;
    this.#bytes = check("bytes()", "bytes", source());
    this.#view = viewOf(this.#bytes);
    this.#end = base + this.#bytes.length;
    this.regions = [{ base, size: this.#bytes.length }];
  }

  /** Current view of the whole region, valid until the emulator runs again. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.refresh();
    return this.#bytes;
  }

  /** Requests a view, and drops the last one: even a detached view may keep all of its memory alive. */
  refresh(): void {
    const bytes = this.#source();
    // A transferred buffer leaves the same view, which has become empty.
    this.#end = this.base + bytes.length;
    const { buffer, byteOffset, length } = this.#bytes;
    if (bytes.buffer === buffer && bytes.byteOffset === byteOffset && bytes.length === length) return;
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#part = NO_BYTES;
    this.#scan = undefined;
  }

  contains(address: number, bytes: number): boolean {
    if (this.#bytes.length === 0) this.refresh();
    return address >= this.base && address + bytes <= this.#end;
  }

  read16(address: number): number {
    return this.words().getUint16(address - this.base, true);
  }

  read32(address: number): number {
    return this.words().getUint32(address - this.base, true);
  }

  write16(address: number, value: number): void {
    this.words().setUint16(address - this.base, value, true);
  }

  write32(address: number, value: number): void {
    this.words().setUint32(address - this.base, value, true);
  }

  copyOut(address: number, target: Uint8Array): void {
    const at = address - this.base;
    const { bytes } = this;
    if (target.length > FEW_BYTES) target.set(this.#cached(at, target.length));
    else for (let i = 0; i < target.length; i++) target[i] = bytes[at + i]!;
  }

  fill(address: number, bytes: number, word: number): void {
    const start = address - this.base;
    if (word === 0) this.bytes.fill(0, start, start + bytes);
    else repeatWord(this.bytes, start, bytes, word);
  }

  isZero(address: number, bytes: number): boolean {
    const frames = bytes / FRAME_BYTES;
    return this.zeros(address, frames) === frames;
  }

  zeros(address: number, frames: number): number {
    const at = this.bytes.byteOffset + address - this.base;
    return this.#zeroScan().zeros(at, frames);
  }

  others(address: number, frames: number): number {
    const at = this.bytes.byteOffset + address - this.base;
    return this.#zeroScan().others(at, frames);
  }

  /** The whole region as words, valid until other code runs. A method, because V8 takes three times as long for a getter. */
  words(): DataView {
    if (this.#bytes.length === 0) this.refresh();
    return this.#view;
  }

  #cached(at: number, length: number): Uint8Array {
    if (this.#partAt !== at || this.#part.length !== length) {
      this.#partAt = at;
      this.#part = this.#bytes.subarray(at, at + length);
    }
    return this.#part;
  }

  #zeroScan(): ZeroScan {
    const wasm = this.#wasm();
    if (wasm?.buffer === this.#bytes.buffer) return (this.#scan ??= scanOf(wasm));
    return (this.#scan ??= new WordScan(() => this.#bytes.buffer));
  }
}

const NO_BYTES = new Uint8Array(0);

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Writes the word once, then repeatedly doubles the filled part. */
function repeatWord(ram: Uint8Array, start: number, bytes: number, word: number): void {
  for (let i = 0; i < 4; i++) ram[start + i] = word >>> (8 * i);
  for (let done = 4; done < bytes; done *= 2) {
    ram.copyWithin(start + done, start, start + Math.min(done, bytes - done));
  }
}
