#include "transfer.h"

static bool use_indirect;
static struct descriptor table[1] __attribute__((aligned(16)));

void transfer_use_indirect(bool indirect) { use_indirect = indirect; }

void transfer_pfns(struct virtq *queue, const u32 *pfns, u32 count, request_done done) {
  struct descriptor direct = {.address = (u32)pfns, .length = count * sizeof(u32)};
  struct descriptor indirect = {.address = (u32)table, .length = sizeof(table), .flags = DESC_INDIRECT};
  table[0] = direct;
  virtq_describe(queue, 0, use_indirect ? indirect : direct);
  request_submit(queue, 0, done);
}
