#include "virtqueue.h"
#include "io.h"
#include "virtio_pci.h"

#define FLAGS 0
#define IDX 1
#define RING 2
#define NO_INTERRUPT 1
#define NO_NOTIFY 1

/* §2.7: 16-byte, 2-byte and 4-byte alignment. Both rings have room for their event word. */
static struct {
  struct descriptor descriptors[VIRTQ_MAX] __attribute__((aligned(16)));
  u16 available[RING + VIRTQ_MAX + 1] __attribute__((aligned(4)));
  u16 used[RING + 4 * VIRTQ_MAX + 1] __attribute__((aligned(4)));
} rings[LENGTH(virtqueues)];

struct virtq virtqueues[3];

static void clear(volatile u16 *words, u32 count) {
  while (count--) words[count] = 0;
}

static void forget(struct virtq *queue, u16 index, u16 size, struct virtq_options options) {
  *queue = (struct virtq){
      .index = index,
      .size = size,
      .event_index = options.event_index,
      .polled = options.polled,
      .descriptors = rings[index].descriptors,
      .available = rings[index].available,
      .used = rings[index].used,
  };
  clear(queue->available, LENGTH(rings[0].available));
  clear(queue->used, LENGTH(rings[0].used));
  /* §2.7.7.1: with EVENT_IDX the flag must stay 0; used_event then says when to interrupt. */
  if (options.polled && !options.event_index) queue->available[FLAGS] = NO_INTERRUPT;
}

bool virtq_start(u16 index, struct virtq_options options) {
  u16 size = virtio_queue_size(index);
  if (size == 0) return false;
  struct virtq *queue = &virtqueues[index];
  forget(queue, index, (u16)min_u32(size, VIRTQ_MAX), options);
  struct virtq_addresses addresses = {queue->descriptors, (const void *)queue->available,
                                      (const void *)queue->used};
  virtio_queue_enable(index, queue->size, &addresses);
  queue->notify_port = virtio_notify_port(index);
  return true;
}

void virtq_describe(struct virtq *queue, u16 slot, struct descriptor descriptor) {
  queue->descriptors[slot] = descriptor;
}

void virtq_notify(const struct virtq *queue) { out16(queue->notify_port, queue->index); }

/* §2.7.7.2, §2.7.10: has the index just passed the one that the device wants to be told of? */
static bool wants_notification(const struct virtq *queue) {
  if (!queue->event_index) return !(queue->used[FLAGS] & NO_NOTIFY);
  u16 avail_event = queue->used[RING + 4 * queue->size];
  return (u16)(queue->next_available - avail_event - 1) < 1;
}

void virtq_publish(struct virtq *queue, u16 head) {
  if (queue->event_index) /* §2.7.7: the index after which we want an interrupt; for polling, one far away */
    queue->available[RING + queue->size] = queue->polled ? (u16)(queue->last_used - 2) : queue->last_used;
  queue->available[RING + queue->next_available % queue->size] = head;
  barrier();
  queue->available[IDX] = ++queue->next_available;
  full_barrier();
  if (wants_notification(queue)) virtq_notify(queue);
}

bool virtq_take_used(struct virtq *queue, u32 *length) {
  if (!queue->size || queue->last_used == queue->used[IDX]) return false;
  barrier();
  volatile u32 *element = (volatile u32 *)(queue->used + RING) + 2 * (queue->last_used % queue->size);
  *length = element[1];
  queue->last_used++;
  return true;
}
