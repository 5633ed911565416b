/** Size of a page frame in bytes, on every guest. The unit of PFNs "is independent of the guest page size" (§5.5.6). */
export const FRAME_BYTES = 4096;
