import { FRAME_BYTES } from "../memory/index.ts";
import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import type { Answer } from "./answers.ts";

/** Asking for more frames than there are means all of them. */
const FRAMES: Kind = { integer: [[0, Number.MAX_SAFE_INTEGER]] };

/**
 * The interface of v86's own balloon, `emulator.v86.cpu.devices.virtio_balloon` of a machine with the option
 * `virtio_balloon`, as other code uses it. v86 does not document it. {@link Compat} takes its place, so such code need
 * not change. Pages are 4 KiB.
 */
export interface VirtioBalloon {
  /** Pages that the guest is asked to give. */
  readonly num_pages: number;
  /** Pages that the guest has given. */
  readonly actual: number;
  /** Asks for `frames` more pages. */
  Inflate(frames: number): void;
  /** Asks for `frames` fewer pages. */
  Deflate(frames: number): void;
  /** Zeroes the guest's free pages, which makes a saved state smaller. The callback gets their size in bytes. */
  Cleanup(callback: (bytes: number) => void): void;
  /** Passes the guest's statistics to the callback, by name. Sizes are in bytes; the rest are counts. */
  GetStats(callback: (stats: Record<string, number>) => void): void;
  /** Called by v86 when it saves the machine. */
  get_state(): unknown;
  /** Called by v86 when it restores the machine. */
  set_state(state: unknown): void;
  /** Resets the device. In v86's own balloon this does nothing. */
  Reset(): void;
}

/** What {@link Compat} needs from its owner. Sizes are in bytes. */
export interface CompatOwner {
  target: number;
  readonly actual: number;
  readonly disposed: boolean;
  /** The largest target. */
  readonly most: number;
  freePages(callback: Answer<number>): void;
  stats(callback: Answer<Record<string, number>>): void;
  save(): unknown;
  restore(saved: unknown): void;
  reset(): void;
}

/**
 * A balloon with the members of v86's own, under the same names and in the same units. It is on v86's bus, and in
 * `emulator.v86.cpu.devices.virtio_balloon`.
 */
export class Compat implements VirtioBalloon {
  readonly #owner: CompatOwner;

  constructor(owner: CompatOwner) {
    this.#owner = owner;
  }

  get num_pages(): number {
    return this.#owner.target / FRAME_BYTES;
  }

  get actual(): number {
    return this.#owner.actual / FRAME_BYTES;
  }

  /** Whether the balloon has ended, which frees its PCI slot. */
  get disposed(): boolean {
    return this.#owner.disposed;
  }

  /**
   * Asks for `frames` more pages, at most all of guest memory. @throws TypeError or RangeError unless it is a number of
   * pages
   */
  Inflate(frames: number): void {
    check("frames", FRAMES, frames);
    this.#owner.target = Math.min(this.#owner.target + frames * FRAME_BYTES, this.#owner.most);
  }

  /** Asks for `frames` fewer pages, at least none. @throws TypeError or RangeError unless it is a number of pages */
  Deflate(frames: number): void {
    check("frames", FRAMES, frames);
    this.#owner.target = Math.max(this.#owner.target - frames * FRAME_BYTES, 0);
  }

  /**
   * Zeroes all of the guest's free pages, then calls back with their size in bytes. If the device cannot get all of
   * them, it calls back with the size of those it got and the reason. It calls back at once if the guest cannot be
   * asked, or later if the guest is reset or does not answer for ten seconds.
   * @throws TypeError without a callback
   */
  Cleanup(callback: Answer<number>): void {
    check("callback", "function", callback);
    this.#owner.freePages(callback);
  }

  /**
   * Calls back with the guest's statistics by name after the driver has sent new ones, or with {} and a reason under
   * the same conditions as {@link Compat.Cleanup}.
   * @throws TypeError without a callback
   */
  GetStats(callback: Answer<Record<string, number>>): void {
    check("callback", "function", callback);
    this.#owner.stats(callback);
  }

  /** @throws Error before the machine is ready */
  get_state(): unknown {
    return this.#owner.save();
  }

  /**
   * Restores a saved balloon. If the device cannot honour the state, it is reset. @throws Error before the machine is
   * ready
   */
  set_state(saved: unknown): void {
    this.#owner.restore(saved);
  }

  /** Resets the device, as a reboot of the machine does. */
  Reset(): void {
    this.#owner.reset();
  }
}
