/* The interval timer, at its slowest: about 18 ticks a second. */
#pragma once
#include "types.h"

#define TICKS_HALF_SECOND 9

void clock_init(void);
u32 clock_ticks(void);
