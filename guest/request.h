/*
 * The one request the driver has in flight on the inflate or the deflate queue. A device may keep it as
 * long as it likes: nothing here waits, and the main loop gets the answer by interrupt.
 */
#pragma once
#include "types.h"
#include "virtqueue.h"

struct request_result {
  bool returned;
  u32 length; /* what the device says it wrote */
};

typedef void (*request_done)(struct request_result result);

bool request_busy(void);
void request_submit(struct virtq *queue, u16 head, request_done done);

/* The same, but `done` hears "not returned" if the device does not answer for `ticks`. */
void request_submit_bounded(struct virtq *queue, u16 head, u32 ticks, request_done done);

/* Checks whether the device has answered; true if it has. */
bool request_poll(void);

/* Gives up on a bounded request: at once when `broken`, otherwise when its time is over. */
void request_expire(bool broken);

/* After a device reset: nothing is in flight any more. */
void request_forget(void);
