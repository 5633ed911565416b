import type { V86Like, VirtioBalloon } from "../../src/v86/index.ts";
import { bootTinyGuest, type TinyGuest, type TinyGuestOptions } from "../../src/guest/tiny-guest.ts";

/** Whichever balloon is in v86's place for it. v86's own ignores PFNs, but its rings and interrupts are real. */
export function balloonOf(emulator: object): VirtioBalloon {
  return (emulator as V86Like).v86.cpu.devices.virtio_balloon as VirtioBalloon;
}

/** Adds to v86's target, or subtracts from it; resolves with the guest's `settled` line. */
export function changeTarget(guest: TinyGuest, frames: number): Promise<string> {
  const settled = guest.waitFor("settled");
  if (frames > 0) balloonOf(guest.emulator).Inflate(frames);
  else balloonOf(guest.emulator).Deflate(-frames);
  return settled;
}

export const MEMORY_BYTES: number = 16 * 1024 * 1024;

export function bootOnOwnBalloon(options: Partial<TinyGuestOptions> = {}): Promise<TinyGuest> {
  return bootTinyGuest({
    driver: "polite",
    memoryBytes: MEMORY_BYTES,
    v86: { virtio_balloon: true },
    ...options,
  });
}

/** The numbers of a protocol line such as `memory ok=12 bad=0`. */
export function decimals(line: string): Record<string, number> {
  return Object.fromEntries(
    [...line.matchAll(/(\w+)=(\d+)\b/g)].map(([, key, value]) => [key!, Number(value)]),
  );
}

/** FNV-1a over the PFNs as little-endian words, as the guest computes it. */
export function fnv1a(pfns: Iterable<number>): string {
  let hash = 0x811c9dc5;
  for (const pfn of pfns)
    for (let shift = 0; shift < 32; shift += 8)
      hash = Math.imul(hash ^ ((pfn >>> shift) & 0xff), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

export function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
