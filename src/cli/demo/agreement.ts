import type { BalloonCounters } from "../../balloon/index.ts";
import type { PageSet } from "../../tracker/index.ts";
import type { DemoMachine } from "./machine.ts";
import type { Screen } from "../terminal/screen.ts";

/** A thing both sides say, and what they say. */
export interface Claim {
  readonly what: string;
  readonly guest: string | number;
  readonly host: string | number;
}

/** How a demo ended. */
export interface Conclusion {
  readonly agreed: boolean;
  readonly claims: readonly Claim[];
  readonly balloon: BalloonCounters;
}

/** Prints what guest and host say of the same things, and whether they agree on all. */
export function conclude(screen: Screen, { balloon }: DemoMachine, claims: readonly Claim[]): Conclusion {
  const wrong = claims.filter(({ guest, host }) => String(guest) !== String(host));
  for (const { what, guest, host } of wrong)
    screen.line("DISAGREE", `${what}: the guest says ${guest}, the host ${host}`, "bad");
  const agreed = wrong.length === 0;
  const all = claims.map(({ what, host }) => `${what} ${host}`).join(", ");
  if (agreed) screen.line("agree", `guest and host: ${all}`, "good");
  return { agreed, claims, balloon: balloon.counters() };
}

/** The locks that must be: with the policy on, all memory but the balloon; otherwise all memory. */
export function lockClaim({ balloon, host }: DemoMachine): Claim {
  const { frames, balloonedFrames, outcome, owedFrames, keptLockedFrames } = balloon.counters();
  const released = outcome?.lockPolicy === "on" ? balloonedFrames - keptLockedFrames : 0;
  return { what: "locked frames", guest: frames - released - owedFrames, host: host.lockedFrames };
}

/** FNV-1a-32 over the ascending PFNs as le32, as the embedded guest computes it: 8 hex digits. */
export function fingerprint(ballooned: PageSet): string {
  let hash = 0x811c9dc5;
  ballooned.forEachRun((first, frames) => {
    for (let pfn = first; pfn < first + frames; pfn++) hash = hashPfn(hash, pfn);
  });
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function hashPfn(hash: number, pfn: number): number {
  for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((pfn >>> shift) & 0xff), 0x01000193);
  return hash;
}
