#include "ballooned.h"
#include "memory.h"
#include "pages.h"

static u32 *stack;
static u32 depth;

void ballooned_reserve(void) { stack = memory_reserve(memory.frames * sizeof(u32)); }
void ballooned_clear(void) { depth = 0; }
u32 ballooned_count(void) { return depth; }

void ballooned_push(const u32 *pfns, u32 count) {
  while (count--) stack[depth++] = *pfns++;
}

u32 ballooned_pop(u32 *pfns, u32 max) {
  u32 count = min_u32(max, depth);
  for (u32 i = 0; i < count; i++) pfns[i] = stack[--depth];
  return count;
}

u32 ballooned_pop_reused(u32 *pfns, u32 max) {
  u32 taken = 0, kept = 0;
  for (u32 i = 0; i < depth; i++) {
    bool take = taken < max && page_state(stack[i]) == PAGE_REUSED;
    if (take) pfns[taken++] = stack[i];
    else stack[kept++] = stack[i];
  }
  depth = kept;
  return taken;
}

u32 ballooned_reuse(u32 max) {
  u32 reused = 0;
  for (u32 i = depth; i-- && reused < max;) {
    if (page_state(stack[i]) != PAGE_HELD) continue;
    page_reuse(stack[i], PAGE_REUSED);
    reused++;
  }
  return reused;
}
