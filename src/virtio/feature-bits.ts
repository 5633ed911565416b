/** Feature bits as one integer: bit n is feature n, up to 127. */
export type FeatureBits = bigint;

/** 32-bit windows through which a driver sees them (VIRTIO 1.3 §4.1.4.3): 4 windows are 128 bits. */
const WINDOWS = 4;

/** The 32 bits of window `select`; 0 beyond the last. */
export function featureWindow(features: FeatureBits, select: number): number {
  return select < WINDOWS ? Number((features >> BigInt(32 * select)) & 0xffffffffn) : 0;
}

/** `features` with window `select` replaced: the last write wins, so a driver can also take a bit back. */
export function withFeatureWindow(features: FeatureBits, select: number, value: number): FeatureBits {
  if (select >= WINDOWS) return features;
  const shift = BigInt(32 * select);
  return (features & ~(0xffffffffn << shift)) | (BigInt(value >>> 0) << shift);
}
