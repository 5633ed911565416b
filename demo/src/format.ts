/** In bytes. */
export const MIB: number = 2 ** 20;
const FRAMES_PER_MIB = 256;

/** Frames as MiB, with a decimal unless whole. */
export function mib(frames: number): string {
  const size = frames / FRAMES_PER_MIB;
  return `${Number.isInteger(size) ? size : size.toFixed(1)} MiB`;
}

export function mibOfBytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

/** A number with thin separators. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
