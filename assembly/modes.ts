/**
 * What a kernel does, as bits. Kernels take the mode as a constant through `@inline`, so each exported function gets
 * its own code without the tests.
 */

export const DEFLATE: u32 = 0;
export const INFLATE: u32 = 1;
/** Also write the changed runs: costs nothing on contiguous batches, a sort on random ones. */
export const WITH_RUNS: u32 = 2;
