/** Feature bits as one integer: bit n is feature n, 0 to 127. */
export type FeatureBits = bigint;

/**
 * The number of 32-bit windows through which a driver sees the features (VIRTIO 1.3 §4.1.4.3): 4 windows have 128 bits.
 */
const WINDOWS = 4;

/** The 32 bits of window `select`; 0 after the last window. */
export function featureWindow(features: FeatureBits, select: number): number {
  return select < WINDOWS ? Number((features >> BigInt(32 * select)) & 0xffffffffn) : 0;
}

/** Returns `features` with window `select` replaced. The last write wins, so a driver can also clear a bit. */
export function withFeatureWindow(features: FeatureBits, select: number, value: number): FeatureBits {
  if (select >= WINDOWS) return features;
  const shift = BigInt(32 * select);
  return (features & ~(0xffffffffn << shift)) | (BigInt(value >>> 0) << shift);
}
