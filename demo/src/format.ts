const FRAMES_PER_MIB = 256;

export function framesOf(mib: number): number {
  return mib * FRAMES_PER_MIB;
}

/** Frames as MiB, with a decimal unless whole. */
export function mib(frames: number): string {
  const size = frames / FRAMES_PER_MIB;
  return `${Number.isInteger(size) ? size : size.toFixed(1)} MiB`;
}

export function mibOfBytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** A number with thin separators. */
export function count(value: number): string {
  return value.toLocaleString("en");
}
