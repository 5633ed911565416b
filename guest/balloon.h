/*
 * The balloon proper (virtio 1.2 §5.5.6): brings the number of pages given away to what the device asks
 * for, one batch at a time, and tells the device how many pages it has given.
 */
#pragma once
#include "types.h"

#define BATCH_PAGES 256 /* as in Linux */
#define CONFIG_NUM_PAGES 0
#define CONFIG_ACTUAL 4

/* Forgets every page. */
void balloon_start(void);

/* Whether to write to pages on deflate before the device was told (see roles/), from now on. At first: no. */
void balloon_reuse_early(bool early);

/* Looks at num_pages. `announce`: say "settled" even if it did not change. */
void balloon_look_at_target(bool announce);

/* Sends the next batch if there is something to do and nothing is in flight. */
void balloon_step(void);

/* Tells the device of the pages reused silently, as soon as nothing else is in flight. */
void balloon_tell_reused(void);

/* Records that the device took or returned pages in another way (the abuses with an effect). */
void balloon_adopt(const u32 *pfns, u32 count);
