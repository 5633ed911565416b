/* The tools that the abuses are made with. */
#pragma once
#include "../virtqueue.h"

struct attack {
  const char *name;
  void (*run)(void);
};

/* Each list ends with a NULL name. */
extern const struct attack attacks_pfns[], attacks_chains[], attacks_addresses[], attacks_indirect[], attacks_rings[];

/* The buffer the chains below point to. */
extern u32 attack_words[16];

/* Puts PFNs into the buffer: some of pages that the device is to take, some of pages that it must leave alone. */
void attack_give(u32 at, u32 count);
void attack_lend(u32 at, u32 count);

/* Descriptors of the buffer's first `bytes`. */
struct descriptor attack_readable(u32 bytes);
struct descriptor attack_writable(u32 bytes);

/* Chains `descriptor` to the next table entry. */
struct descriptor attack_then(struct descriptor descriptor, u16 next);

/* Table entry 0, 1, ... of the inflate queue. */
void attack_describe(u16 slot, struct descriptor descriptor);

/* Makes the chain available, and replies when it is known what happened to it. */
void attack_send(void);
void attack_send_head(u16 queue, u16 head);

/* Replies at once: there was no chain. */
void attack_over(void);
