/* A split virtqueue, driver side, virtio 1.2 §2.7. */
#pragma once
#include "types.h"

#define VIRTQ_MAX 64

enum virtq_flags {
  DESC_NEXT = 1,
  DESC_WRITE = 2,
  DESC_INDIRECT = 4,
};

struct descriptor {
  u64 address;
  u32 length;
  u16 flags, next;
};

struct virtq {
  u16 index, size, notify_port;
  u16 next_available; /* what the available ring's idx will be after the next chain, minus one */
  u16 last_used;      /* how far the used ring was read */
  bool event_index, polled;
  struct descriptor *descriptors;
  volatile u16 *available; /* flags, idx, ring[size], used_event */
  volatile u16 *used;      /* flags, idx, {id, len}[size] as 32-bit words, avail_event */
};

extern struct virtq virtqueues[3];
enum { QUEUE_INFLATE, QUEUE_DEFLATE, QUEUE_STATS };

struct virtq_options {
  bool event_index; /* VIRTIO_F_EVENT_IDX was negotiated */
  bool polled;      /* no interrupt wanted */
};

/* Builds an empty ring and hands it to the device; false when the device has no such queue. */
bool virtq_start(u16 index, struct virtq_options options);

/* Writes one descriptor of the table. Nothing is checked, because the abuses write nonsense through here as well. */
void virtq_describe(struct virtq *queue, u16 slot, struct descriptor descriptor);

/* Makes the chain starting at `head` available, and notifies the device unless it asked not to be. */
void virtq_publish(struct virtq *queue, u16 head);

/* Takes the next used chain, if any, and the length that the device says it wrote. */
bool virtq_take_used(struct virtq *queue, u32 *length);

void virtq_notify(const struct virtq *queue);
