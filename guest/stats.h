/* The statistics queue, virtio 1.2 §5.5.6.4: the device keeps one buffer and returns it to ask again. */
#pragma once
#include "types.h"

void stats_send(void);
void stats_poll(void);
