/* The pages in the balloon, in the order they went in: they come out last in, first out, as in Linux. */
#pragma once
#include "types.h"

void held_reserve(void);
void held_clear(void);
u32 held_count(void);
void held_push(const u32 *pfns, u32 count);

/* Takes up to `max` pages off the top. */
u32 held_pop(u32 *pfns, u32 max);

/* Takes up to `max` pages that were reused without telling, wherever they are. */
u32 held_pop_reused(u32 *pfns, u32 max);

/* Reuses up to `max` pages from the top without telling the device; returns how many. */
u32 held_reuse(u32 max);
