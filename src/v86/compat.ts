import { FRAME_BYTES } from "../host/index.ts";
import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";
import type { Answer } from "./answers.ts";

/** More than there are is all of them. */
const FRAMES: Kind = { integer: [[0, Number.MAX_SAFE_INTEGER]] };

/**
 * v86's own balloon as other code uses it, `emulator.v86.cpu.devices.virtio_balloon` of a machine with the option
 * `virtio_balloon`; v86 does not describe it. {@link Compat} takes its place, so such code need not change. Pages are
 * 4 KiB.
 */
export interface VirtioBalloon {
  /** Pages the guest is asked for. */
  readonly num_pages: number;
  /** Pages the guest has given. */
  readonly actual: number;
  /** Asks for `frames` more. */
  Inflate(frames: number): void;
  /** Asks for `frames` less. */
  Deflate(frames: number): void;
  /** Zeroes the guest's free pages, so that a saved state is smaller; calls back with their size in bytes. */
  Cleanup(callback: (bytes: number) => void): void;
  /** Calls back with the guest's statistics by name: sizes in bytes, counts. */
  GetStats(callback: (stats: Record<string, number>) => void): void;
  /** What v86 calls when it saves the machine. */
  get_state(): unknown;
  /** What v86 calls when it restores the machine. */
  set_state(state: unknown): void;
  /** Resets the device; v86's own does nothing. */
  Reset(): void;
}

/** What the members of v86's own balloon are made of. Sizes in bytes. */
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
 * A balloon with the members of v86's own, in their units and under their names: what stands on v86's bus, and in
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

  /** Whether the balloon has ended: its PCI slot is free then. */
  get disposed(): boolean {
    return this.#owner.disposed;
  }

  /** Asks for up to the whole memory. @throws TypeError or RangeError unless a number of pages */
  Inflate(frames: number): void {
    check("frames", FRAMES, frames);
    this.#owner.target = Math.min(this.#owner.target + frames * FRAME_BYTES, this.#owner.most);
  }

  /** Asks for down to nothing. @throws TypeError or RangeError unless a number of pages */
  Deflate(frames: number): void {
    check("frames", FRAMES, frames);
    this.#owner.target = Math.max(this.#owner.target - frames * FRAME_BYTES, 0);
  }

  /**
   * Zeroes all of the guest's free pages, then calls back with their size in bytes. If it cannot have all of them, it
   * calls back with what it got, and the reason: at once when the guest cannot be asked, later when the guest is reset
   * or does not answer for ten seconds.
   * @throws TypeError without a callback
   */
  Cleanup(callback: Answer<number>): void {
    check("callback", "function", callback);
    this.#owner.freePages(callback);
  }

  /**
   * Calls back with the guest's statistics by name, once the driver has sent new ones; or with {} and the reason, as
   * {@link Compat.Cleanup} does.
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

  /** A state that this device cannot honour leaves it reset. @throws Error before the machine is ready */
  set_state(saved: unknown): void {
    this.#owner.restore(saved);
  }

  /** Resets the device, as a reboot of the machine does. */
  Reset(): void {
    this.#owner.reset();
  }
}
