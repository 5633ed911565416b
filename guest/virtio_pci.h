/* A modern (virtio 1.x) device behind the PCI transport, virtio 1.2 §4.1. */
#pragma once
#include "pci.h"
#include "types.h"

enum virtio_status { /* §2.1 */
  STATUS_ACKNOWLEDGE = 0x01,
  STATUS_DRIVER = 0x02,
  STATUS_DRIVER_OK = 0x04,
  STATUS_FEATURES_OK = 0x08,
  STATUS_NEEDS_RESET = 0x40,
  STATUS_FAILED = 0x80,
};

enum virtio_isr { /* §4.1.4.5 */
  ISR_QUEUE = 1,
  ISR_CONFIG = 2,
};

struct virtq_addresses {
  const void *descriptors, *available, *used;
};

bool virtio_find(struct pci_device *device);

/* Maps the capabilities of the device; false when one of the four structures is missing. */
bool virtio_map(struct pci_device device);

u8 virtio_status(void);
void virtio_status_add(u8 bits);
bool virtio_reset(void);

u64 virtio_offered_features(void);
void virtio_accept_features(u64 features);

u16 virtio_queue_count(void);
u16 virtio_queue_size(u16 index); /* 0: there is no such queue */
void virtio_queue_enable(u16 index, u16 size, const struct virtq_addresses *addresses);
u16 virtio_notify_port(u16 index);

/* Raw pieces for the abuses: where notifications go, and how many bytes of ports there are. */
u16 virtio_notify_base(void);
u32 virtio_notify_length(void);

/* Reading it also clears it, and lowers the interrupt line. */
u8 virtio_read_isr(void);

u32 virtio_config_length(void);
u32 virtio_config_read32(u32 offset);
void virtio_config_write32(u32 offset, u32 value);
void virtio_config_write8(u32 offset, u8 value);
