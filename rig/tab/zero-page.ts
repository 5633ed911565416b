const BYTES = 64 * 2 ** 20;
const PAGE_BYTES = 4096;

/**
 * Whether memory that is only read takes none here. Linux backs it with its one page of zeros, unless it was told not
 * to; other systems do not. Without it, looking for zeros in memory that nobody has touched takes that memory.
 */
export function hasZeroPage(): boolean {
  // Fresh from the system, unlike most buffers.
  const bytes = new Uint8Array(new WebAssembly.Memory({ initial: BYTES / 65536 }).buffer);
  const before = process.memoryUsage.rss();
  for (let at = 0; at < BYTES; at += PAGE_BYTES)
    if (bytes[at] !== 0) throw new Error("new memory is not zero");
  return process.memoryUsage.rss() - before < BYTES / 2;
}
