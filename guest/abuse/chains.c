/* Chains of the wrong shape, and two unusual ones that are allowed. virtio 1.2 §2.7.4, §2.7.5. */
#include "attack.h"

#define WORD sizeof(u32)

static struct descriptor words_from(u32 byte, u32 bytes) {
  struct descriptor descriptor = attack_readable(bytes);
  descriptor.address += byte;
  return descriptor;
}

static void write_only(void) {
  attack_lend(0, 2);
  attack_describe(0, attack_writable(2 * WORD));
  attack_send();
}

static void self_loop(void) {
  attack_lend(0, 1);
  attack_describe(0, attack_then(attack_readable(WORD), 0));
  attack_send();
}

/* 0 -> 1 -> 2 -> 3 -> 1 */
static void long_loop(void) {
  attack_lend(0, 1);
  for (u16 slot = 0; slot < 4; slot++)
    attack_describe(slot, attack_then(attack_readable(WORD), slot < 3 ? slot + 1 : 1));
  attack_send();
}

static void next_out_of_range(void) {
  attack_lend(0, 1);
  attack_describe(0, attack_then(attack_readable(WORD), virtqueues[QUEUE_INFLATE].size));
  attack_send();
}

/* Allowed: §2.7.4.2 lets a device assume nothing about where one descriptor ends and the next begins. */
static void split_pfn(void) {
  attack_give(0, 3);
  attack_describe(0, attack_then(words_from(0, 6), 1));
  attack_describe(1, words_from(6, 6));
  attack_send();
}

/* Allowed, if pointless: the device-readable part is a batch like any other. */
static void mixed(void) {
  attack_give(0, 2);
  attack_describe(0, attack_then(attack_readable(2 * WORD), 1));
  attack_describe(1, (struct descriptor){.address = (u32)(attack_words + 8), .length = WORD, .flags = DESC_WRITE});
  attack_send();
}

static void writable_first(void) {
  attack_lend(0, 2);
  attack_describe(0, attack_then(attack_writable(WORD), 1));
  attack_describe(1, words_from(0, 2 * WORD));
  attack_send();
}

const struct attack attacks_chains[] = {
    {"write-only", write_only},
    {"self-loop", self_loop},
    {"long-loop", long_loop},
    {"next-out-of-range", next_out_of_range},
    {"split-pfn", split_pfn},
    {"mixed", mixed},
    {"writable-first", writable_first},
    {NULL, NULL},
};
