/* Wrong values in rings, registers and configuration fields. */
#include "../balloon.h"
#include "../io.h"
#include "../virtio_pci.h"
#include "attack.h"

static void lend_chain(void) {
  attack_lend(0, 1);
  attack_describe(0, attack_readable(sizeof(u32)));
}

static void head_out_of_range(void) { attack_send_head(QUEUE_INFLATE, virtqueues[QUEUE_INFLATE].size); }

/* One more chain than the queue has descriptors. Always notified, because EVENT_IDX would see no reason to. */
static void avail_jump(void) {
  struct virtq *queue = &virtqueues[QUEUE_INFLATE];
  lend_chain();
  queue->next_available += queue->size;
  attack_send();
  if (queue->event_index) virtq_notify(queue);
}

static void notify_bad_queue(void) {
  u16 none = virtio_queue_count();
  out16(virtqueues[QUEUE_INFLATE].notify_port, none);
  out16(virtqueues[QUEUE_INFLATE].notify_port, 0xFFFF);
  out16((u16)(virtio_notify_base() + virtio_notify_length() - sizeof(u16)), none);
  attack_over();
}

/* §5.5.4: of these fields a driver may write only `actual` (and poison_val, if negotiated, before DRIVER_OK). */
static void config_scribble(void) {
  u32 length = virtio_config_length();
  for (u32 at = 0; at + sizeof(u32) <= length; at += 2) virtio_config_write32(at, 0x12345678);
  for (u32 at = 0; at < length; at++) virtio_config_write8(at, 0xFF);
  balloon_adopt(NULL, 0); /* puts `actual` right */
  balloon_look_at_target(false);
  attack_over();
}

const struct attack attacks_rings[] = {
    {"head-out-of-range", head_out_of_range},
    {"avail-jump", avail_jump},
    {"notify-bad-queue", notify_bad_queue},
    {"config-scribble", config_scribble},
    {NULL, NULL},
};
