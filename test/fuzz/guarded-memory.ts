import { LinearMemory } from "../../src/memory/index.ts";

const GUARD_BYTES = 0x2000;
const CANARY = Buffer.alloc(GUARD_BYTES, 0xa5);

/** Guest memory between two canaries that counts accesses and remembers one that was outside. */
export class GuardedMemory extends LinearMemory {
  /** Reads and writes since the last {@link GuardedMemory.begin}. */
  accesses = 0;
  /** The first access outside, if any: the device hides what is thrown while it serves a queue. */
  outside: string | undefined;
  readonly #around: Uint8Array;

  constructor(bytes: number) {
    const around = new Uint8Array(bytes + 2 * GUARD_BYTES).fill(0xa5);
    const ram = around.subarray(GUARD_BYTES, GUARD_BYTES + bytes).fill(0);
    super(() => ram);
    this.#around = around;
  }

  /** Whether the bytes around guest memory are unchanged. */
  get intact(): boolean {
    return (
      CANARY.equals(this.#around.subarray(0, GUARD_BYTES)) &&
      CANARY.equals(this.#around.subarray(-GUARD_BYTES))
    );
  }

  begin(): void {
    this.accesses = 0;
  }

  override read16(address: number): number {
    this.#note(address, 2);
    return super.read16(address);
  }

  override read32(address: number): number {
    this.#note(address, 4);
    return super.read32(address);
  }

  override write16(address: number, value: number): void {
    this.#note(address, 2);
    super.write16(address, value);
  }

  override write32(address: number, value: number): void {
    this.#note(address, 4);
    super.write32(address, value);
  }

  override copyOut(address: number, target: Uint8Array): void {
    this.#note(address, target.length);
    super.copyOut(address, target);
  }

  #note(address: number, bytes: number): void {
    this.accesses++;
    if (!(address >= 0 && address + bytes <= this.regions[0].size))
      this.outside ??= `${bytes} bytes at ${address}`;
  }
}
