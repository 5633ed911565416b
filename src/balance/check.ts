import type { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES } from "../memory/index.ts";
import { describe, readOptions } from "../options/index.ts";
import type { Table } from "../options/index.ts";
import type { GuestClaims } from "./guest.ts";
import { MOST_WEIGHT } from "./load.ts";

/** @throws TypeError unless it has the members of a Balloon that a balancer needs */
export function checkDevice(device: Partial<Balloon> | null | undefined): void {
  const { on, requestStats } = device ?? {};
  if (typeof on !== "function" || typeof requestStats !== "function")
    throw new TypeError(`device: expected a Balloon, got ${describe(device)}${deviceIn(device)}`);
}

/** @throws TypeError or RangeError unless these are valid claims for a guest with `frames` frames */
export function readClaims(claims: GuestClaims | undefined, frames: number): GuestClaims {
  return readOptions("claims", claimsOptions(frames), claims);
}

export function claimsOptions(frames: number): Table<GuestClaims> {
  return {
    minimumBytes: { integer: [[0, frames * FRAME_BYTES]] },
    weight: { number: [1 / MOST_WEIGHT, MOST_WEIGHT] },
  };
}

/** A hint for callers that pass a V86Balloon instead of its device. */
function deviceIn(value: unknown): string {
  return typeof value === "object" && value !== null && "device" in value
    ? "; did you mean its .device?"
    : "";
}
