/* Indirect tables that virtio 1.2 §2.7.5.3.1 forbids; without indirect=on, any such table. */
#include "attack.h"

#define ENTRY sizeof(struct descriptor)

static struct descriptor tables[2][2] __attribute__((aligned(16)));

static struct descriptor indirect(u32 table, u32 bytes) {
  return (struct descriptor){.address = (u32)tables[table], .length = bytes, .flags = DESC_INDIRECT};
}

static void send_table(u32 bytes) {
  attack_describe(0, indirect(0, bytes));
  attack_send();
}

static void fill_table(u32 table) {
  attack_lend(0, 2);
  tables[table][0] = tables[table][1] = attack_readable(2 * sizeof(u32));
}

static void nested(void) {
  fill_table(1);
  tables[0][0] = indirect(1, ENTRY);
  send_table(ENTRY);
}

/* A table goes at the end of a chain: INDIRECT and NEXT exclude each other. */
static void with_next(void) {
  fill_table(0);
  attack_describe(0, attack_then(indirect(0, ENTRY), 1));
  attack_describe(1, attack_readable(sizeof(u32)));
  attack_send();
}

static void odd_length(void) {
  fill_table(0);
  send_table(ENTRY + ENTRY / 2);
}

static void empty(void) {
  fill_table(0);
  send_table(0);
}

const struct attack attacks_indirect[] = {
    {"indirect-nested", nested},
    {"indirect-with-next", with_next},
    {"indirect-odd-length", odd_length},
    {"indirect-empty", empty},
    {NULL, NULL},
};
