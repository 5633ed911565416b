import type { GuestMemory, GuestRegion } from "../../src/memory/index.ts";

const FRAME = 4096;

/** Guest memory that is no linear buffer: frames are made when they are first written. */
export class SparseMemory implements GuestMemory {
  readonly regions: readonly GuestRegion[];
  readonly #frames = new Map<number, DataView>();

  constructor(regions: readonly GuestRegion[]) {
    this.regions = regions;
  }

  /** Frames that have been written. */
  get written(): number[] {
    return [...this.#frames.keys()].sort((a, b) => a - b);
  }

  contains(address: number, bytes: number): boolean {
    return this.regions.some(({ base, size }) => address >= base && address + bytes <= base + size);
  }

  read8(address: number): number {
    return this.#frames.get(Math.floor(address / FRAME))?.getUint8(address % FRAME) ?? 0;
  }

  write8(address: number, value: number): void {
    if (!this.contains(address, 1)) throw new Error(`a write to ${address}, outside guest memory`);
    const frame = Math.floor(address / FRAME);
    if (!this.#frames.has(frame)) this.#frames.set(frame, new DataView(new ArrayBuffer(FRAME)));
    this.#frames.get(frame)!.setUint8(address % FRAME, value);
  }

  read16(address: number): number {
    return this.read8(address) + this.read8(address + 1) * 2 ** 8;
  }

  read32(address: number): number {
    return this.read16(address) + this.read16(address + 2) * 2 ** 16;
  }

  write16(address: number, value: number): void {
    this.write8(address, value & 0xff);
    this.write8(address + 1, (value >>> 8) & 0xff);
  }

  write32(address: number, value: number): void {
    this.write16(address, value & 0xffff);
    this.write16(address + 2, value >>> 16);
  }

  copyOut(address: number, target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) target[i] = this.read8(address + i);
  }

  fill(address: number, bytes: number, word: number): void {
    for (let at = address; at < address + bytes; at += 4) this.write32(at, word);
  }

  isZero(address: number, bytes: number): boolean {
    for (let at = address; at < address + bytes; at += FRAME) {
      const frame = this.#frames.get(at / FRAME);
      if (frame !== undefined && new Uint8Array(frame.buffer).some((byte) => byte !== 0)) return false;
    }
    return true;
  }
}

/** Guest memory of an emulator that keeps its words in the byte order of another machine. */
export class SwappedMemory extends SparseMemory {
  override read8(address: number): number {
    return super.read8(address ^ 3);
  }

  override write8(address: number, value: number): void {
    super.write8(address ^ 3, value);
  }
}
