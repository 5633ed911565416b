import { FRAME_BYTES } from "../memory/index.ts";
import type { GuestRegion } from "../memory/index.ts";
import { checkAligned, checkRam, findPlace, framesOf } from "./guest-place.ts";
import type { Place } from "./guest-place.ts";
import { MADV_NOHUGEPAGE } from "./libc.ts";
import type { Errno, Libc } from "./libc.ts";
import { LockMap } from "./lock-map.ts";

/** A system call on a range of bytes. */
type RangeCall = (address: number, bytes: number) => Errno;

/** Why no system call can be made: an errno name or a code of this package, and a sentence. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * A region of guest memory as pages of this process. Its location is looked up again for every call, because the emulator may have
 * moved, resized or transferred it. If it has moved, its locks and its madvise advice are applied again at the new
 * place.
 */
export class GuestPages {
  /** The region of guest memory. */
  readonly region: GuestRegion;
  /** Its first frame; calls name frames from there on. */
  readonly first: number;
  /** Its size in frames. It does not change. */
  readonly frames: number;
  readonly locks: LockMap;
  readonly #libc: Libc;
  readonly #avoidHugePages: boolean;
  /** Undefined after the release. */
  #ram: (() => Uint8Array) | undefined;
  #place: Place;

  /** @throws TypeError or RangeError if no system call can work on this memory */
  constructor(base: number, ram: () => Uint8Array, libc: () => Libc, avoidHugePages: boolean) {
    const bytes = checkRam(ram);
    this.#libc = libc();
    const address = this.#libc.addressOf(bytes);
    checkAligned(address);
    this.#ram = ram;
    this.#place = { bytes, address };
    this.frames = framesOf(bytes);
    this.first = base / FRAME_BYTES;
    this.region = { base, size: this.frames * FRAME_BYTES };
    this.locks = new LockMap(this.frames);
    this.#avoidHugePages = avoidHugePages;
    this.#advise();
  }

  /** The bytes of the region, as last looked up. */
  get bytes(): Uint8Array {
    return this.#place.bytes;
  }

  /** Looks up guest memory again. If no call can be made, returns why and changes nothing. */
  find(): Refusal | undefined {
    const bytes: unknown = this.#ram?.();
    // Checked after the call: `ram` is the emulator's code, which may dispose of the host.
    if (this.#ram === undefined) return { code: "EDISPOSED", message: "the host was disposed of" };
    const place = findPlace(bytes, this.frames, this.#libc.addressOf);
    if (typeof place === "string") return { code: "EINVAL", message: place };
    if (place.address !== this.#place.address || place.bytes.buffer !== this.#place.bytes.buffer) {
      return this.#moveTo(place);
    }
    this.#place = place;
    return undefined;
  }

  /** Makes a system call for frames of the region, at the place that was last looked up. */
  apply(call: RangeCall, first: number, frames: number): Errno {
    return call(this.#place.address + first * FRAME_BYTES, frames * FRAME_BYTES);
  }

  /** Unlocks all locked frames and drops the reference to the memory. No system call is made afterwards. */
  release(): void {
    const ram = this.#ram;
    this.#ram = undefined;
    if (ram === undefined) return;
    if (this.#isThere(ram)) this.#applyToLocked(this.#libc.munlock);
    this.locks.forget();
    this.#place = { bytes: new Uint8Array(0), address: 0 };
  }

  /**
   * Moves to another place. Memory at another address, or in another buffer, may be new memory, in which nothing is
   * locked.
   */
  #moveTo(place: Place): Refusal | undefined {
    const before = this.#place;
    // Unlock first, because the old and the new place may overlap. Memory that is gone is left alone, because it may
    // have another owner by now.
    if (place.address !== before.address && isIntact(before, this.frames))
      this.#applyToLocked(this.#libc.munlock);
    this.#place = place;
    const errno = this.#applyToLocked(this.#libc.mlockOnFault);
    if (errno === undefined) this.#advise();
    else this.#moveBack(before);
    return errno === undefined
      ? undefined
      : { code: errno, message: `guest memory has moved, and cannot be locked there: ${errno}` };
  }

  #moveBack(before: Place): void {
    if (this.#place.address !== before.address) this.#applyToLocked(this.#libc.munlock);
    this.#place = before;
    if (isIntact(before, this.frames)) this.#applyToLocked(this.#libc.mlockOnFault);
  }

  /** Makes a call for each locked run, until the first failure. */
  #applyToLocked(call: RangeCall): Errno {
    let errno: Errno;
    this.locks.forEachRun(0, this.frames, true, (first, frames) => {
      errno ??= this.apply(call, first, frames);
    });
    return errno;
  }

  /** Applies the advice. A kernel without huge pages returns EINVAL, and then there is nothing to avoid. */
  #advise(): void {
    if (!this.#avoidHugePages) return;
    this.apply((address, bytes) => this.#libc.madvise(address, bytes, MADV_NOHUGEPAGE), 0, this.frames);
  }

  /** Whether the memory that was locked is still guest memory. Half-destroyed emulators may fail to answer. */
  #isThere(ram: () => Uint8Array): boolean {
    if (isIntact(this.#place, this.frames)) return true;
    try {
      const place = findPlace(ram(), this.frames, this.#libc.addressOf);
      return typeof place !== "string" && place.address === this.#place.address;
    } catch {
      return false;
    }
  }
}

function isIntact({ bytes }: Place, frames: number): boolean {
  return framesOf(bytes) === frames;
}
