/* Good chains of bad PFNs, and buffers that are not arrays of PFNs. virtio 1.2 §5.5.6: an array of le32. */
#include "../memory.h"
#include "attack.h"

#define WORD sizeof(u32)

/* A bad PFN between two good ones. */
static void send_with(u32 bad) {
  attack_give(0, 2);
  attack_words[2] = attack_words[1];
  attack_words[1] = bad;
  attack_describe(0, attack_readable(3 * WORD));
  attack_send();
}

static void pfn_out_of_range(void) { send_with(memory.frames); }
static void pfn_max(void) { send_with(0xFFFFFFFF); }
static void pfn_high_bit(void) { send_with(0x80000000); } /* negative, to a device that sign-extends */

static void duplicates(void) {
  attack_give(0, 2);
  attack_words[2] = attack_words[4] = attack_words[0];
  attack_words[3] = attack_words[1];
  attack_describe(0, attack_readable(5 * WORD));
  attack_send();
}

static void deflate_not_held(void) {
  attack_lend(0, 2);
  virtq_describe(&virtqueues[QUEUE_DEFLATE], 0, attack_readable(2 * WORD));
  attack_send_head(QUEUE_DEFLATE, 0);
}

static void odd_length(void) {
  attack_lend(0, 3);
  attack_describe(0, attack_readable(3 * WORD - 1));
  attack_send();
}

static void empty(void) {
  attack_describe(0, attack_readable(0));
  attack_send();
}

const struct attack attacks_pfns[] = {
    {"pfn-out-of-range", pfn_out_of_range},
    {"pfn-max", pfn_max},
    {"pfn-high-bit", pfn_high_bit},
    {"duplicates", duplicates},
    {"deflate-not-ballooned", deflate_not_held},
    {"odd-length", odd_length},
    {"empty", empty},
    {NULL, NULL},
};
