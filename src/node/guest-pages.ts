import { FRAME_BYTES } from "../host/index.ts";
import { checkAligned, checkRam, findPlace, framesOf } from "./guest-place.ts";
import type { Place } from "./guest-place.ts";
import { MADV_NOHUGEPAGE } from "./libc.ts";
import type { Errno, Libc } from "./libc.ts";
import { LockMap } from "./lock-map.ts";

/** A system call on a range of bytes. */
type RangeCall = (address: number, bytes: number) => Errno;

/** Why no system call can be made: an errno name or a code of ours, and a sentence. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * Guest memory as pages of this process. It is found anew for every call, since the emulator may have moved, resized
 * or given it away; when it has moved, its locks and its advice follow.
 */
export class GuestPages {
  /** Guest memory in frames; does not change. */
  readonly frames: number;
  readonly locks: LockMap;
  readonly #libc: Libc;
  readonly #avoidHugePages: boolean;
  /** Undefined once released. */
  #ram: (() => Uint8Array) | undefined;
  #place: Place;

  /** @throws TypeError or RangeError for memory on which no system call can work */
  constructor(ram: () => Uint8Array, libc: () => Libc, avoidHugePages: boolean) {
    const bytes = checkRam(ram);
    this.#libc = libc();
    const address = this.#libc.addressOf(bytes);
    checkAligned(address);
    this.#ram = ram;
    this.#place = { bytes, address };
    this.frames = framesOf(bytes);
    this.locks = new LockMap(this.frames);
    this.#avoidHugePages = avoidHugePages;
    this.#advise();
  }

  /** The bytes as they were when guest memory was found last. */
  get bytes(): Uint8Array {
    return this.#place.bytes;
  }

  /** Finds guest memory as it is now. Returns why no call can be made, and then changes nothing. */
  find(): Refusal | undefined {
    const bytes: unknown = this.#ram?.();
    // Asked afterwards: `ram` is the emulator's code, which may dispose of the host.
    if (this.#ram === undefined) return { code: "EDISPOSED", message: "the host was disposed of" };
    const place = findPlace(bytes, this.frames, this.#libc.addressOf);
    if (typeof place === "string") return { code: "EINVAL", message: place };
    if (place.address !== this.#place.address || place.bytes.buffer !== this.#place.bytes.buffer) {
      return this.#moveTo(place);
    }
    this.#place = place;
    return undefined;
  }

  /** A call on frames of guest memory, where it was found last. */
  apply(call: RangeCall, first: number, frames: number): Errno {
    return call(this.#place.address + first * FRAME_BYTES, frames * FRAME_BYTES);
  }

  /** Unlocks what is locked and lets go of the memory: no system call is made afterwards. */
  release(): void {
    const ram = this.#ram;
    this.#ram = undefined;
    if (ram === undefined) return;
    if (this.#isThere(ram)) this.#applyToLocked(this.#libc.munlock);
    this.locks.forget();
    this.#place = { bytes: new Uint8Array(0), address: 0 };
  }

  /** Memory that is somewhere else, or in another buffer, may be new memory: nothing of it is locked then. */
  #moveTo(place: Place): Refusal | undefined {
    const before = this.#place;
    // First, since the old place and the new one may overlap. What is gone may be somebody else's by now.
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

  /** Until the first that fails. */
  #applyToLocked(call: RangeCall): Errno {
    let errno: Errno;
    this.locks.forEachRun(0, this.frames, true, (first, frames) => {
      errno ??= this.apply(call, first, frames);
    });
    return errno;
  }

  /** A kernel without huge pages answers EINVAL: there is nothing to avoid. */
  #advise(): void {
    if (!this.#avoidHugePages) return;
    this.apply((address, bytes) => this.#libc.madvise(address, bytes, MADV_NOHUGEPAGE), 0, this.frames);
  }

  /** Whether what was locked is still guest memory. An emulator that is half taken down may fail to say. */
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
