#include "request.h"
#include "clock.h"

static struct {
  struct virtq *queue; /* NULL: none in flight */
  request_done done;   /* NULL: given up, but the device still owns the buffers */
  bool bounded;
  u32 deadline;
} request;

bool request_busy(void) { return request.queue != NULL; }

void request_submit(struct virtq *queue, u16 head, request_done done) {
  request.queue = queue;
  request.done = done;
  request.bounded = false;
  virtq_publish(queue, head);
}

void request_submit_bounded(struct virtq *queue, u16 head, u32 ticks, request_done done) {
  request.queue = queue;
  request.done = done;
  request.bounded = true;
  request.deadline = clock_ticks() + ticks;
  virtq_publish(queue, head);
}

bool request_poll(void) {
  struct request_result result = {.returned = true};
  if (!request.queue || !virtq_take_used(request.queue, &result.length)) return false;
  request_done done = request.done;
  request_forget();
  if (done) done(result);
  return true;
}

void request_expire(bool broken) {
  if (!request.bounded || !request.done) return;
  if (!broken && (int)(clock_ticks() - request.deadline) < 0) return;
  request_done done = request.done;
  request.done = NULL;
  done((struct request_result){0});
}

void request_forget(void) {
  request.queue = NULL;
  request.done = NULL;
  request.bounded = false;
}
