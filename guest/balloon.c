#include "balloon.h"
#include "console.h"
#include "ballooned.h"
#include "pages.h"
#include "request.h"
#include "transfer.h"
#include "virtio_pci.h"

static u32 batch[BATCH_PAGES];
static u32 batch_count;

static struct {
  bool reuse_early;
  u32 target;
  bool converging;          /* on the way to the target, "settled" not said yet */
  u32 inflates, deflates;   /* batches since the last "settled" */
  struct page_check reused; /* pages written before the device was told: did the data survive? */
  bool telling;             /* "told" not said yet */
} balloon;

void balloon_start(void) {
  ballooned_clear();
  pages_take_back_all();
  balloon = (typeof(balloon)){0};
}

void balloon_reuse_early(bool early) { balloon.reuse_early = early; }

void balloon_look_at_target(bool announce) {
  u32 target = virtio_config_read32(CONFIG_NUM_PAGES);
  if (target != balloon.target || announce) balloon.converging = true;
  balloon.target = target;
}

/* The driver updates `actual` after every change, §5.5.6.1. */
static void write_actual(void) { virtio_config_write32(CONFIG_ACTUAL, ballooned_count()); }

static void stop_converging(void) {
  balloon.converging = false;
  balloon.inflates = balloon.deflates = 0;
  balloon.reused = (struct page_check){0, 0};
}

static void settle(void) {
  if (balloon.reuse_early && balloon.deflates) print("survived ok=%u bad=%u\n", balloon.reused.ok, balloon.reused.bad);
  print("settled ballooned=%u batches=%u/%u\n", ballooned_count(), balloon.inflates, balloon.deflates);
  stop_converging();
}

void balloon_adopt(const u32 *pfns, u32 count) {
  for (u32 i = 0; i < count; i++) page_set_state(pfns[i], PAGE_HELD);
  ballooned_push(pfns, count);
  write_actual();
}

static void inflated(struct request_result result) {
  (void)result; /* §5.5.6.3.1: the used length says nothing */
  balloon.inflates++;
  balloon_adopt(batch, batch_count);
}

static void inflate(u32 wanted) {
  batch_count = pages_take(batch, min_u32(wanted, BATCH_PAGES));
  if (batch_count == 0) {
    print("stuck ballooned=%u\n", ballooned_count());
    stop_converging();
    return;
  }
  transfer_pfns(&virtqueues[QUEUE_INFLATE], batch, batch_count, inflated);
}

/* A page reused early was written before the device was told; the others are written only now. */
static void take_back(u32 pfn) {
  if (page_state(pfn) != PAGE_REUSED) {
    page_reuse(pfn, PAGE_USED);
    return;
  }
  if (page_intact(pfn)) balloon.reused.ok++;
  else balloon.reused.bad++;
  page_set_state(pfn, PAGE_USED);
}

static void take_back_batch(void) {
  for (u32 i = 0; i < batch_count; i++) take_back(batch[i]);
  write_actual();
}

static void deflated(struct request_result result) {
  (void)result;
  balloon.deflates++;
  take_back_batch();
}

static void reuse_batch(void) {
  for (u32 i = 0; i < batch_count; i++)
    if (page_state(batch[i]) == PAGE_HELD) page_reuse(batch[i], PAGE_REUSED);
}

static void deflate(u32 wanted) {
  batch_count = ballooned_pop(batch, min_u32(wanted, BATCH_PAGES));
  if (balloon.reuse_early) reuse_batch();
  transfer_pfns(&virtqueues[QUEUE_DEFLATE], batch, batch_count, deflated);
}

static void told(struct request_result result) {
  (void)result;
  take_back_batch();
}

static void tell(void) {
  batch_count = ballooned_pop_reused(batch, BATCH_PAGES);
  if (batch_count) {
    transfer_pfns(&virtqueues[QUEUE_DEFLATE], batch, batch_count, told);
    return;
  }
  print("told ok=%u bad=%u\n", balloon.reused.ok, balloon.reused.bad);
  balloon.telling = false;
  balloon.reused = (struct page_check){0, 0};
}

void balloon_tell_reused(void) { balloon.telling = true; }

static void converge(void) {
  u32 ballooned = ballooned_count();
  if (ballooned == balloon.target) settle();
  else if (ballooned < balloon.target) inflate(balloon.target - ballooned);
  else deflate(ballooned - balloon.target);
}

void balloon_step(void) {
  if (request_busy()) return;
  if (balloon.telling) tell();
  else if (balloon.converging) converge();
}
