import { FRAME_BYTES, forEachUsed, GUEST_MEMORY, RamFrames, zeroScanOf } from "../memory/index.ts";
import type { GuestMemory, ZeroScan } from "../memory/index.ts";
import { check } from "../options/index.ts";
import { outOfRange } from "./frame-range.ts";
import type { HostMemory, HostResult } from "./host-memory.ts";

/**
 * The host of an emulator whose guest memory is an ordinary buffer. Nothing can be locked, and a discarded frame is
 * filled with zeros. This makes saved states smaller, and is all that a JavaScript host can do without system calls. A
 * frame that is already zero is not written, because a write would make the system allocate memory for an untouched
 * page.
 *
 * A call whose frames are not all in guest memory at that moment fails with "EINVAL" and writes nothing.
 *
 * @example
 * const memory = guestMemory(() => ram);
 * const host = new ZeroingHost(memory, (start, end) => cpu.dropCode(start, end));
 */
export class ZeroingHost implements HostMemory {
  readonly pinned = false;
  readonly #memory: GuestMemory;
  readonly #written: (start: number, end: number) => void;
  readonly #ram: RamFrames;
  readonly #scan: ZeroScan;

  /**
   * @param written called with every range of physical addresses [start, end) that was overwritten; an emulator must
   * drop the code translated from it
   * @throws TypeError for wrong arguments
   */
  constructor(memory: GuestMemory, written: (start: number, end: number) => void = () => undefined) {
    // Checked here because a host call that throws is only counted, so the mistake would go unnoticed.
    check("memory", GUEST_MEMORY, memory);
    check("written", "function", written);
    this.#memory = memory;
    this.#written = written;
    this.#ram = new RamFrames(memory);
    this.#scan = zeroScanOf(memory);
  }

  /** Does nothing, because nothing is locked. */
  unlock(first: number, frames: number): HostResult {
    return this.#refusal("unlock", first, frames);
  }

  /** Does nothing, because JavaScript cannot lock memory. */
  lock(first: number, frames: number): HostResult {
    return this.#refusal("lock", first, frames);
  }

  discard(first: number, frames: number): HostResult {
    const refused = this.#refusal("discard", first, frames);
    if (refused === undefined) this.#zero(first, frames);
    return refused;
  }

  fill(first: number, frames: number, word: number): HostResult {
    const refused = this.#refusal("fill", first, frames);
    if (refused !== undefined) return refused;
    if (word === 0) this.#zero(first, frames);
    else this.#overwrite(first * FRAME_BYTES, frames * FRAME_BYTES, word);
    return undefined;
  }

  #zero(first: number, frames: number): void {
    // Zeros are not written over zeros: an untouched page takes no memory of the host.
    forEachUsed(this.#scan, first * FRAME_BYTES, frames, (address, bytes) => {
      this.#overwrite(address, bytes, 0);
    });
  }

  #overwrite(address: number, bytes: number, word: number): void {
    if (bytes === 0) return;
    this.#memory.fill(address, bytes, word);
    this.#written(address, address + bytes);
  }

  /** The memory is asked again at each call, because an emulator may have replaced it by a smaller one. */
  #refusal(call: string, first: number, frames: number): HostResult {
    this.#memory.refresh?.();
    const fits =
      this.#ram.contains(first, frames) && this.#memory.contains(first * FRAME_BYTES, frames * FRAME_BYTES);
    return fits ? undefined : outOfRange(call, first, frames, this.#ram);
  }
}
