#include "memory.h"

#define HAS_MEMORY_MAP (1u << 6)
#define AVAILABLE 1

/* Multiboot 0.6.96 §3.3: `size` does not count itself. */
struct region {
  u32 size;
  u64 base, length;
  u32 type;
} __attribute__((packed));

struct memory memory;
extern u8 image_start[], image_end[];
static u32 reserved_end, region_end;

static bool holds_image(const struct region *region) {
  u64 start = (u32)image_start;
  return region->type == AVAILABLE && region->base <= start && start < region->base + region->length;
}

bool memory_init(const struct multiboot_info *info) {
  if (!(info->flags & HAS_MEMORY_MAP)) return false;
  u32 end = info->mmap_addr + info->mmap_length;
  for (u32 at = info->mmap_addr; at < end;) {
    const struct region *region = (const struct region *)at;
    if (holds_image(region)) region_end = (u32)(region->base + region->length);
    at += region->size + sizeof(region->size);
  }
  reserved_end = (u32)image_end;
  memory.frames = region_end >> PAGE_SHIFT;
  return region_end > reserved_end;
}

void *memory_reserve(u32 bytes) {
  void *start = (void *)reserved_end;
  reserved_end += (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
  return start;
}

void memory_seal(void) {
  memory.pool_first = reserved_end >> PAGE_SHIFT;
  memory.pool_count = memory.frames - memory.pool_first;
}
