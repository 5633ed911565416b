/* Interrupt table, the two 8259 interrupt controllers, and the events the main loop sleeps for. */
#pragma once
#include "types.h"

enum event {
  EVENT_TICK = 1,
  EVENT_SERIAL = 2,
  EVENT_QUEUE = 4,  /* a virtqueue has used buffers */
  EVENT_CONFIG = 8, /* the device's configuration or status changed */
};

enum trigger { TRIGGER_EDGE, TRIGGER_LEVEL };

void interrupts_init(void);
void interrupts_handle(u8 irq, enum trigger trigger, void (*handler)(void));

/* Called from interrupt handlers: notes what happened, for the main loop. */
void event_raise(u32 events);

/* Sleeps until at least one event is noted, then takes and returns them all. */
u32 event_wait(void);
