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

/** A set of feature bits: bit n of the integer is feature n. */
export type FeatureSet = bigint;

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
  for (let bit = 0, rest = set; rest > 0n; bit++, rest >>= 1n) {
    if (rest & 1n) names.push(bit === silentDeflateBit ? "SILENT_DEFLATE" : (NAMES.get(bit) ?? `bit ${bit}`));
  }
  return names;
}

const NAMES = new Map<number, string>(
  Object.entries(Feature)
    .filter(([name]) => name !== "MUST_TELL_HOST")
    .map(([name, bit]) => [bit, name]),
);
