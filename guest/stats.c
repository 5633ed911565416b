#include "stats.h"
#include "memory.h"
#include "pages.h"
#include "virtqueue.h"

enum tag { TAG_SWAP_IN, TAG_SWAP_OUT, TAG_MAJOR_FAULTS, TAG_MINOR_FAULTS, TAG_FREE, TAG_TOTAL, TAG_AVAILABLE };

static struct {
  u16 tag;
  u64 value;
} __attribute__((packed)) stats[4];

static u64 bytes(u32 pages) { return (u64)pages << PAGE_SHIFT; }

static void put(u32 at, enum tag tag, u64 value) {
  stats[at].tag = tag;
  stats[at].value = value;
}

/*
 * The same subset every time, as §5.5.6.4.1 demands. Free is what the guest could still give away; it has no swap, and a
 * page written again is the nearest it has to a minor fault.
 */
void stats_send(void) {
  u32 free_pages = pages_count(PAGE_USED);
  put(0, TAG_MINOR_FAULTS, pages_rewritten());
  put(1, TAG_FREE, bytes(free_pages));
  put(2, TAG_TOTAL, bytes(memory.frames));
  put(3, TAG_AVAILABLE, bytes(free_pages));
  struct virtq *queue = &virtqueues[QUEUE_STATS];
  virtq_describe(queue, 0, (struct descriptor){.address = (u32)stats, .length = sizeof(stats)});
  virtq_publish(queue, 0);
}

void stats_poll(void) {
  u32 length;
  if (virtq_take_used(&virtqueues[QUEUE_STATS], &length)) stats_send();
}
