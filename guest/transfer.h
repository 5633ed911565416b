/* Sends an array of PFNs (le32 each, virtio 1.2 §5.5.6) to the device: the one kind of buffer both queues take. */
#pragma once
#include "request.h"

/* Through an indirect table (§2.7.5.3) from now on, or directly. */
void transfer_use_indirect(bool indirect);

/* `pfns` belongs to the device until `done` is called. */
void transfer_pfns(struct virtq *queue, const u32 *pfns, u32 count, request_done done);
