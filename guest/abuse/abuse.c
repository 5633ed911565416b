#include "abuse.h"
#include "../balloon.h"
#include "../clock.h"
#include "../console.h"
#include "../pages.h"
#include "../request.h"
#include "../text.h"
#include "../virtio_pci.h"
#include "attack.h"

static const struct attack *const groups[] = {attacks_pfns, attacks_chains, attacks_addresses, attacks_indirect,
                                              attacks_rings};
static const struct attack *current;
static u32 given[LENGTH(attack_words)];
static u32 given_count;

u32 attack_words[16];

void attack_give(u32 at, u32 count) {
  given_count = pages_take(given, count);
  for (u32 i = 0; i < given_count; i++) attack_words[at + i] = given[i];
}

void attack_lend(u32 at, u32 count) {
  u32 taken = pages_take(attack_words + at, count);
  for (u32 i = 0; i < taken; i++) page_set_state(attack_words[at + i], PAGE_USED);
}

struct descriptor attack_readable(u32 bytes) {
  return (struct descriptor){.address = (u32)attack_words, .length = bytes};
}

struct descriptor attack_writable(u32 bytes) {
  return (struct descriptor){.address = (u32)attack_words, .length = bytes, .flags = DESC_WRITE};
}

struct descriptor attack_then(struct descriptor descriptor, u16 next) {
  descriptor.flags |= DESC_NEXT;
  descriptor.next = next;
  return descriptor;
}

void attack_describe(u16 slot, struct descriptor descriptor) {
  virtq_describe(&virtqueues[QUEUE_INFLATE], slot, descriptor);
}

/* Pages given in a chain that never came back stay offered: the device may keep them until it is reset. */
static void finish(struct request_result result) {
  if (result.returned) balloon_adopt(given, given_count);
  print("abuse %s returned=%u len=%u status=%b\n", current->name, result.returned, result.length, virtio_status());
}

void attack_send_head(u16 queue, u16 head) {
  request_submit_bounded(&virtqueues[queue], head, TICKS_HALF_SECOND, finish);
}

void attack_send(void) { attack_send_head(QUEUE_INFLATE, 0); }
void attack_over(void) { finish((struct request_result){0}); }

void abuse_list(void) {
  print("abuse list");
  for (u32 group = 0; group < LENGTH(groups); group++)
    for (const struct attack *attack = groups[group]; attack->name; attack++) print(" %s", attack->name);
  print("\n");
}

static const struct attack *find(const char *name) {
  for (u32 group = 0; group < LENGTH(groups); group++)
    for (const struct attack *attack = groups[group]; attack->name; attack++)
      if (text_equal(attack->name, name)) return attack;
  return NULL;
}

bool abuse_start(const char *name) {
  current = find(name);
  if (!current) return false;
  given_count = 0;
  current->run();
  return true;
}
