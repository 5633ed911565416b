import type { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES } from "../host/index.ts";
import type { GuestClaims } from "./guest.ts";
import { MOST_WEIGHT } from "./load.ts";

/** @throws TypeError unless `options` is an object that has no other keys than these */
function checkKeys(name: string, options: unknown, keys: readonly string[]): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`${name}: expected an object, got ${kindOf(options)}`);
  for (const key of Object.keys(options)) {
    if (keys.includes(key)) continue;
    const near = keys.find((known) => differs(key, known) <= known.length / 4);
    const hint = near === undefined ? `expected ${keys.join(", ")}` : `did you mean ${near}?`;
    throw new TypeError(`${name}: unknown option ${key}; ${hint}`);
  }
}

/** @throws TypeError unless a number, RangeError unless from `least` to `most` */
function checkNumber(name: string, value: unknown, least: number, most: number, unit: string): void {
  const expected = `expected ${unit} from ${least} to ${most}`;
  if (typeof value !== "number") throw new TypeError(`${name}: ${expected}, got ${kindOf(value)}`);
  if (!(value >= least && value <= most)) throw new RangeError(`${name}: ${expected}, got ${value}`);
}

/** @throws TypeError unless it has what a balancer needs of a Balloon */
export function checkDevice(device: Partial<Balloon> | null | undefined): void {
  const { events, requestStats } = device ?? {};
  if (typeof events?.on !== "function" || typeof requestStats !== "function")
    throw new TypeError(`device: expected a Balloon, got ${kindOf(device)}${deviceIn(device)}`);
}

/** @throws TypeError or RangeError unless claims of a guest that has `frames` */
export function checkClaims(claims: GuestClaims, frames: number): void {
  checkKeys("claims", claims, ["minimumBytes", "weight"]);
  const { minimumBytes = 0, weight = 1 } = claims;
  checkNumber("minimumBytes", minimumBytes, 0, frames * FRAME_BYTES, "bytes");
  checkNumber("weight", weight, 1 / MOST_WEIGHT, MOST_WEIGHT, "a number");
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

/** How many letters one word has and the other has not, in whatever order and case. */
function differs(word: string, other: string): number {
  if (word.length > 2 * other.length) return Infinity;
  let rest = other.toLowerCase();
  let missing = 0;
  for (const letter of word.toLowerCase()) {
    const next = rest.replace(letter, "");
    if (next === rest) missing++;
    rest = next;
  }
  return missing + rest.length;
}

/** Whoever has a balloon of v86 has the device in it. */
function deviceIn(value: unknown): string {
  return typeof value === "object" && value !== null && "device" in value
    ? "; did you mean its .device?"
    : "";
}
