/* The ballooned pages, in the order in which they were given. They come back last in, first out, as in Linux. */
#pragma once
#include "types.h"

void ballooned_reserve(void);
void ballooned_clear(void);
u32 ballooned_count(void);
void ballooned_push(const u32 *pfns, u32 count);

/* Takes up to `max` pages off the top. */
u32 ballooned_pop(u32 *pfns, u32 max);

/* Takes up to `max` pages that were reused without telling, wherever they are. */
u32 ballooned_pop_reused(u32 *pfns, u32 max);

/* Reuses up to `max` pages from the top without telling the device; returns how many. */
u32 ballooned_reuse(u32 max);
