/**
 * The four structures of a modern virtio-pci device, in one I/O BAR of 128 bytes:
 *
 *     0x00 ┌──────────────────────┐
 *          │ common configuration │ §4.1.4.3
 *     0x40 ├──────────────────────┤
 *          │ notify, 2 B a queue  │ §4.1.4.4
 *     0x50 ├──────────────────────┤
 *          │ ISR status           │ §4.1.4.5
 *     0x60 ├──────────────────────┤
 *          │ device configuration │ §4.1.4.6
 *     0x80 └──────────────────────┘
 */
export const BAR_BYTES = 0x80;

/** Offsets and sizes of the four structures, in bytes. */
export const Bar = {
  COMMON: 0x00,
  COMMON_BYTES: 0x3c,
  NOTIFY: 0x40,
  NOTIFY_BYTES: 0x10,
  NOTIFY_MULTIPLIER: 2,
  ISR: 0x50,
  ISR_BYTES: 1,
  DEVICE: 0x60,
  DEVICE_BYTES: 0x10,
} as const;

/** Offsets in the common configuration structure, §4.1.4.3. */
export const Common = {
  DEVICE_FEATURE_SELECT: 0x00,
  DEVICE_FEATURE: 0x04,
  DRIVER_FEATURE_SELECT: 0x08,
  DRIVER_FEATURE: 0x0c,
  CONFIG_MSIX_VECTOR: 0x10,
  NUM_QUEUES: 0x12,
  DEVICE_STATUS: 0x14,
  CONFIG_GENERATION: 0x15,
  QUEUE_SELECT: 0x16,
  QUEUE_SIZE: 0x18,
  QUEUE_MSIX_VECTOR: 0x1a,
  QUEUE_ENABLE: 0x1c,
  QUEUE_NOTIFY_OFF: 0x1e,
  QUEUE_DESC: 0x20,
  QUEUE_DRIVER: 0x28,
  QUEUE_DEVICE: 0x30,
  QUEUE_NOTIFY_DATA: 0x38,
  QUEUE_RESET: 0x3a,
} as const;

/**
 * Offsets in the legacy interface, §4.1.4.10, which is one I/O BAR, BAR 0. The device configuration takes the place of
 * the MSI-X vectors.
 */
export const Legacy = {
  DEVICE_FEATURES: 0x00,
  DRIVER_FEATURES: 0x04,
  QUEUE_PFN: 0x08,
  QUEUE_SIZE: 0x0c,
  QUEUE_SELECT: 0x0e,
  QUEUE_NOTIFY: 0x10,
  DEVICE_STATUS: 0x12,
  ISR: 0x13,
  DEVICE: 0x14,
} as const;

/** 20 bytes of registers and 44 of device configuration. The size of a BAR must be a power of two. */
export const LEGACY_BAR_BYTES = 0x40;
