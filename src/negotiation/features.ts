/**
 * Feature bits, VIRTIO 1.3 §5.5.3 (balloon) and §6 (reserved bits), as bit numbers.
 *
 * `WILL_TELL_HOST` is the name the 2012 proposal gives to bit 0, "since that's how it's being used"; the
 * specification still calls it MUST_TELL_HOST. Both names are the same bit.
 */
export const Feature = {
  /** Guest promises to tell the host before it reuses a ballooned page. */
  WILL_TELL_HOST: 0,
  /** The specification's name of {@link Feature.WILL_TELL_HOST}. */
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

/** A set of feature bits: bit n of the integer is feature n, 0 to 127. */
export type FeatureSet = bigint;

/** The first number that is no set of features. */
export const FEATURES_END: FeatureSet = 1n << 128n;

/** The set of the given bit numbers. */
export function featureSet(...bits: number[]): FeatureSet {
  return bits.reduce((set, bit) => set | (1n << BigInt(bit)), 0n);
}

/** Whether bit number `bit` is in `set`; false for an undefined bit. */
export function hasFeature(set: FeatureSet, bit: number | undefined): boolean {
  return bit !== undefined && ((set >> BigInt(bit)) & 1n) === 1n;
}

/** Names of the bits of `set`, ascending; bits without a name are given as `bit N`. */
export function featureNames(set: FeatureSet, silentDeflateBit?: number): string[] {
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
