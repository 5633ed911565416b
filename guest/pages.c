#include "pages.h"
#include "memory.h"

/* Only the ends of a page are written: enough to notice a page that was cleared, and 50 times faster. */
#define HEAD_WORDS 16
#define TAIL_WORDS 2
#define PAGE_WORDS (PAGE_SIZE / sizeof(u32))

static u8 *states;
static u8 *epochs;
static u32 rewritten;

/* Where the search for the next page to give stands; it goes down from the top of the pool. */
static struct {
  u32 stride, phase;
  u32 left; /* pages below and including the next candidate; 0 at the end of this phase */
} scan;

static void scan_restart(void) {
  scan.phase = 0;
  scan.left = memory.pool_count;
}

static u32 index_of(u32 pfn) { return pfn - memory.pool_first; }

static u32 pattern_seed(u32 pfn) { return pfn * 2654435761u ^ epochs[index_of(pfn)] * 0x9E3779B1u; }

static u32 pattern_word(u32 seed, u32 i) { return seed + i * 0x85EBCA6Bu; }

static void write_words(u32 *page, u32 first, u32 count, u32 seed) {
  for (u32 i = first; i < first + count; i++) page[i] = pattern_word(seed, i);
}

static bool same_words(const u32 *page, u32 first, u32 count, u32 seed) {
  for (u32 i = first; i < first + count; i++)
    if (page[i] != pattern_word(seed, i)) return false;
  return true;
}

static void write_pattern(u32 pfn) {
  u32 *page = (u32 *)(pfn << PAGE_SHIFT);
  epochs[index_of(pfn)]++;
  write_words(page, 0, HEAD_WORDS, pattern_seed(pfn));
  write_words(page, PAGE_WORDS - TAIL_WORDS, TAIL_WORDS, pattern_seed(pfn));
}

bool page_intact(u32 pfn) {
  const u32 *page = (const u32 *)(pfn << PAGE_SHIFT);
  return same_words(page, 0, HEAD_WORDS, pattern_seed(pfn)) &&
         same_words(page, PAGE_WORDS - TAIL_WORDS, TAIL_WORDS, pattern_seed(pfn));
}

enum page_state page_state(u32 pfn) { return states[index_of(pfn)]; }

void page_set_state(u32 pfn, enum page_state state) {
  states[index_of(pfn)] = state;
  if (state == PAGE_USED) scan_restart();
}

void page_reuse(u32 pfn, enum page_state state) {
  write_pattern(pfn);
  page_set_state(pfn, state);
  rewritten++;
}

void pages_reserve(void) {
  states = memory_reserve(memory.frames);
  epochs = memory_reserve(memory.frames);
}

void pages_set_stride(u32 stride) {
  scan.stride = stride;
  scan_restart();
}

void pages_fill(void) {
  for (u32 pfn = memory.pool_first; pfn < memory.frames; pfn++) {
    epochs[index_of(pfn)] = 0;
    states[index_of(pfn)] = PAGE_USED;
    write_pattern(pfn);
  }
  pages_set_stride(1);
}

/* Moves to the next candidate, in this phase or a later one. */
static bool scan_next(u32 *index) {
  while (scan.left == 0) {
    if (++scan.phase >= scan.stride) return false;
    scan.left = memory.pool_count > scan.phase ? memory.pool_count - scan.phase : 0;
  }
  *index = scan.left - 1;
  scan.left = scan.left > scan.stride ? scan.left - scan.stride : 0;
  return true;
}

u32 pages_take(u32 *pfns, u32 max) {
  u32 taken = 0, index;
  while (taken < max && scan_next(&index)) {
    if (states[index] != PAGE_USED) continue;
    states[index] = PAGE_OFFERED;
    pfns[taken++] = memory.pool_first + index;
  }
  return taken;
}

void pages_take_back_all(void) {
  for (u32 pfn = memory.pool_first; pfn < memory.frames; pfn++) {
    if (page_state(pfn) == PAGE_REUSED) page_set_state(pfn, PAGE_USED);
    if (page_state(pfn) != PAGE_USED) page_reuse(pfn, PAGE_USED);
  }
}

static bool has_pattern(u32 pfn) { return page_state(pfn) == PAGE_USED || page_state(pfn) == PAGE_REUSED; }

struct page_check pages_check(void) {
  struct page_check check = {0, 0};
  for (u32 pfn = memory.pool_first; pfn < memory.frames; pfn++) {
    if (!has_pattern(pfn)) continue;
    if (page_intact(pfn)) check.ok++;
    else check.bad++;
  }
  return check;
}

u32 pages_count(enum page_state state) {
  u32 count = 0;
  for (u32 pfn = memory.pool_first; pfn < memory.frames; pfn++) count += page_state(pfn) == state;
  return count;
}

u32 pages_rewritten(void) { return rewritten; }
