import { check } from "../options/index.ts";
import type { Kind } from "../options/index.ts";

/**
 * Feature bits, VIRTIO 1.3 §5.5.3 (balloon) and §6 (reserved bits), as bit numbers.
 *
 * The 2012 proposal renames bit 0 to `WILL_TELL_HOST`, "since that's how it's being used". The specification still
 * calls it MUST_TELL_HOST. Both names mean the same bit.
 */
export const Feature = {
  /** The guest promises to tell the host before it reuses a ballooned page. */
  WILL_TELL_HOST: 0,
  /** The specification's name for {@link Feature.WILL_TELL_HOST}. */
  MUST_TELL_HOST: 0,
  STATS_VQ: 1,
  DEFLATE_ON_OOM: 2,
  FREE_PAGE_HINT: 3,
  PAGE_POISON: 4,
  PAGE_REPORTING: 5,
  RING_INDIRECT_DESC: 28,
  RING_EVENT_IDX: 29,
  VERSION_1: 32,
  RING_RESET: 40,
} as const;

/** A set of feature bits: bit n of the integer is feature n, from 0 to 127. */
export type FeatureSet = bigint;

/** The smallest number that is too large to be a feature set. */
export const FEATURES_END: FeatureSet = 1n << 128n;

/** A device has at most 128 features: VIRTIO 1.3 §2.2. */
const BIT: Kind = { integer: [[0, 127]] };

/** A caller may ask about a bit that no set has. */
export const ANY_BIT: Kind = { integer: [[0, 2 ** 32 - 1]] };

/** Returns the set of the given bit numbers. @throws TypeError or RangeError unless they are integers from 0 to 127 */
export function featureSet(...bits: number[]): FeatureSet {
  bits.forEach((bit, i) => check(`bits[${i}]`, BIT, bit));
  return bits.reduce((set, bit) => set | (1n << BigInt(bit)), 0n);
}

/**
 * Whether bit number `bit` is in `set`. False if `bit` is undefined.
 * @throws TypeError unless `set` is a bigint and `bit` a number; RangeError unless `bit` is an integer from 0 to 2^32 -
 * 1
 */
export function hasFeature(set: FeatureSet, bit: number | undefined): boolean {
  check("set", "bigint", set);
  if (bit !== undefined) check("bit", ANY_BIT, bit);
  return bit !== undefined && ((set >> BigInt(bit)) & 1n) === 1n;
}

/**
 * Returns the names of the bits in `set`, in ascending order. Bits without a name appear as `bit N`.
 * @throws TypeError unless `set` is a bigint and the bit a number; RangeError unless the bit is an integer from 0 to
 * 2^32 - 1
 */
export function featureNames(set: FeatureSet, silentDeflateBit?: number): string[] {
  check("set", "bigint", set);
  if (silentDeflateBit !== undefined) check("silentDeflateBit", ANY_BIT, silentDeflateBit);
  const names: string[] = [];
  // Not by shifting, which copies the rest of the set for each bit.
  const digits = set > 0n ? set.toString(2) : "";
  for (let bit = 0; bit < digits.length; bit++) {
    if (digits[digits.length - 1 - bit] === "1") names.push(nameOf(bit, silentDeflateBit));
  }
  return names;
}

function nameOf(bit: number, silentDeflateBit: number | undefined): string {
  return bit === silentDeflateBit ? "SILENT_DEFLATE" : (NAMES.get(bit) ?? `bit ${bit}`);
}

const NAMES = new Map<number, string>(
  Object.entries(Feature)
    .filter(([name]) => name !== "MUST_TELL_HOST")
    .map(([name, bit]) => [bit, name]),
);
