#include "report.h"
#include "console.h"
#include "memory.h"
#include "pages.h"

#define FNV_OFFSET 0x811C9DC5u
#define FNV_PRIME 0x01000193u

struct summary {
  u32 count, xor, runs, fnv, untold, last;
  u64 sum;
};

static u32 fnv_u32(u32 hash, u32 value) {
  for (u32 shift = 0; shift < 32; shift += 8) hash = (hash ^ (value >> shift & 0xFF)) * FNV_PRIME;
  return hash;
}

/* PFN 0 is never in the pool, so a `last` of 0 is next to no page. */
static void add(struct summary *summary, u32 pfn) {
  summary->count++;
  summary->sum += pfn;
  summary->xor ^= pfn;
  summary->runs += summary->last + 1 != pfn;
  summary->fnv = fnv_u32(summary->fnv, pfn);
  summary->last = pfn;
}

void report_ballooned(void) {
  struct summary summary = {.fnv = FNV_OFFSET};
  for (u32 pfn = memory.pool_first; pfn < memory.frames; pfn++) {
    enum page_state state = page_state(pfn);
    if (state == PAGE_HELD || state == PAGE_REUSED) add(&summary, pfn);
    if (state == PAGE_REUSED) summary.untold++;
  }
  print("ballooned count=%u sum=%q xor=%x runs=%u fnv=%x untold=%u offered=%u\n", summary.count, summary.sum,
        summary.xor, summary.runs, summary.fnv, summary.untold, pages_count(PAGE_OFFERED));
}

void report_memory(void) {
  struct page_check check = pages_check();
  print("memory ok=%u bad=%u\n", check.ok, check.bad);
}
