#include "clock.h"
#include "interrupts.h"
#include "io.h"

#define TIMER_IRQ 0
#define PIT_CHANNEL_0 0x40
#define PIT_COMMAND 0x43
#define PIT_RATE_GENERATOR 0x34 /* channel 0, low then high byte, mode 2 */

static volatile u32 ticks;

static void on_tick(void) {
  ticks++;
  event_raise(EVENT_TICK);
}

void clock_init(void) {
  interrupts_handle(TIMER_IRQ, TRIGGER_EDGE, on_tick);
  out8(PIT_COMMAND, PIT_RATE_GENERATOR);
  out8(PIT_CHANNEL_0, 0); /* a divisor of 0 means 65536 */
  out8(PIT_CHANNEL_0, 0);
}

u32 clock_ticks(void) { return ticks; }
