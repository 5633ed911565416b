/**
 * What a kernel does, as bits. Kernels take the mode as a constant through `@inline`, so each exported function gets
 * its own code without the tests.
 */

export const DEFLATE: u32 = 0;
export const INFLATE: u32 = 1;
/** Also write the changed runs, in the order they are found. */
export const WITH_RUNS: u32 = 2;
/** Also write the runs of host pages that became wholly free, or are no longer so. */
export const WITH_PAGES: u32 = 4;

/** How many of `n` frames changed when `were` of them were in the set before. */
// @ts-ignore: decorator
@inline
export function changedOf(n: u32, were: u32, mode: u32): u32 {
  return mode & INFLATE ? n - were : were;
}
