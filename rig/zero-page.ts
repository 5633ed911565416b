const BYTES = 64 * 2 ** 20;
const PAGE = 4096;

/**
 * Whether reading an untouched page takes no memory, as on an ordinary Linux, which maps the one zero page there. Some
 * virtual machines switch that page off (`pvm_no_zero_page`). Measured once, by reading 64 MiB.
 */
export function hasZeroPage(): boolean {
  return (measured ??= measure());
}

let measured: boolean | undefined;

function measure(): boolean {
  const words = new Int32Array(new WebAssembly.Memory({ initial: BYTES / 65536 }).buffer);
  const before = process.memoryUsage.rss();
  let some = 0;
  for (let at = 0; at < words.length; at += PAGE / 4) some |= words[at]!;
  return some === 0 && process.memoryUsage.rss() - before < BYTES / 2;
}
