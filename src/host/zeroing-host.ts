import { FRAME_BYTES, GUEST_MEMORY, RamFrames } from "../memory/index.ts";
import type { GuestMemory } from "../memory/index.ts";
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
    if (refused === undefined) this.#zero(first, first + frames);
    return refused;
  }

  fill(first: number, frames: number, word: number): HostResult {
    const refused = this.#refusal("fill", first, frames);
    if (refused !== undefined) return refused;
    if (word === 0) this.#zero(first, first + frames);
    else this.#overwrite(first, first + frames, word);
    return undefined;
  }

  #zero(first: number, end: number): void {
    // Frames that are not zero are filled in one piece, because one call for each takes longer.
    let from = first;
    for (let at = first; at < end; at++) {
      if (!this.#memory.isZero(at * FRAME_BYTES, FRAME_BYTES)) continue;
      this.#overwrite(from, at, 0);
      from = at + 1;
    }
    this.#overwrite(from, end, 0);
  }

  #overwrite(first: number, end: number, word: number): void {
    if (first === end) return;
    this.#memory.fill(first * FRAME_BYTES, (end - first) * FRAME_BYTES, word);
    this.#written(first * FRAME_BYTES, end * FRAME_BYTES);
  }

  /** The memory is asked again at each call, because an emulator may have replaced it by a smaller one. */
  #refusal(call: string, first: number, frames: number): HostResult {
    this.#memory.refresh?.();
    const fits =
      this.#ram.contains(first, frames) && this.#memory.contains(first * FRAME_BYTES, frames * FRAME_BYTES);
    return fits ? undefined : outOfRange(call, first, frames, this.#ram);
  }
}
