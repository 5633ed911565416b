/*
 * The pages of the pool: who owns each, and what the guest wrote there. "Used" pages stand for memory in
 * use: each holds a pattern made from its page frame number (PFN) and the number of times it was written,
 * so that memory the device should not have touched shows when it was.
 */
#pragma once
#include "types.h"

enum page_state {
  PAGE_USED,
  PAGE_OFFERED, /* in an inflate the device has not acknowledged */
  PAGE_HELD,    /* in the balloon */
  PAGE_REUSED,  /* in the balloon as far as the device knows, but written by us again */
};

struct page_check {
  u32 ok, bad;
};

/* Tables first (they come out of RAM above the image), then every page of the pool gets a pattern. */
void pages_reserve(void);
void pages_fill(void);

/* Takes up to `max` used pages, in descending order of PFN as Linux does, and marks them offered. */
u32 pages_take(u32 *pfns, u32 max);

/* 1: every page in turn; n: every n-th first. */
void pages_set_stride(u32 stride);

enum page_state page_state(u32 pfn);
void page_set_state(u32 pfn, enum page_state state);

/* Writes a new pattern to a page that no longer has (or never had) one. */
void page_reuse(u32 pfn, enum page_state state);
bool page_intact(u32 pfn);

/* Every page that was in the balloon, or on its way, is used memory again. */
void pages_take_back_all(void);

struct page_check pages_check(void);
u32 pages_count(enum page_state state);
u32 pages_rewritten(void);
