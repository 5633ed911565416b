/* From finding the device to DRIVER_OK (virtio 1.2 §3.1.1), its interrupts, and its end. */
#pragma once
#include "roles/roles.h"
#include "types.h"

/* Finds and maps the device. `polled`: leave its interrupt alone and look at it on every timer tick. */
bool driver_attach(const struct role *role, bool polled);

/* Resets the device, negotiates and starts the queues: prints "negotiated", then "ready", or the reason why not. */
void driver_start(void);

/* Reacts to what woke the guest up. */
void driver_handle(u32 events);

/* True between DRIVER_OK and the next reset, failure or NEEDS_RESET. */
bool driver_running(void);
bool driver_attached(void);

/* Whether pages are written to before the device is told, according to the role and the negotiation. */
bool driver_reuses_early(void);
void driver_stop(void);
