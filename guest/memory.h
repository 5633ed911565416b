/* How much RAM there is, and which part of it the guest does not need itself. */
#pragma once
#include "types.h"

struct multiboot_info {
  u32 flags, mem_lower, mem_upper, boot_device, cmdline;
  u32 mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
};

/* The pool: contiguous page frames, all of RAM above the guest's own image and tables. */
struct memory {
  u32 frames; /* the highest frame of RAM + 1 */
  u32 pool_first, pool_count;
};
extern struct memory memory;

bool memory_init(const struct multiboot_info *info);

/* Memory for tables, taken from above the image. Only before memory_seal(), which begins the pool. */
void *memory_reserve(u32 bytes);
void memory_seal(void);
