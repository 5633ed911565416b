/** The largest number of frames in a tracker: 2^32 - 1, with PFNs from 0 to 2^32 - 2. */
export const MAX_FRAMES: number = 2 ** 32 - 1;

/** The number of PFNs that fit in the staging area. */
export const MAX_BATCH = 65536;
