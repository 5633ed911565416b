/** Offsets of the registers of virtio-mmio, version 2 (VIRTIO 1.3 §4.2.2). The device configuration follows them. */
export const Mmio = {
  MAGIC_VALUE: 0x000,
  VERSION: 0x004,
  DEVICE_ID: 0x008,
  VENDOR_ID: 0x00c,
  DEVICE_FEATURES: 0x010,
  DEVICE_FEATURES_SEL: 0x014,
  DRIVER_FEATURES: 0x020,
  DRIVER_FEATURES_SEL: 0x024,
  QUEUE_SEL: 0x030,
  QUEUE_SIZE_MAX: 0x034,
  QUEUE_SIZE: 0x038,
  QUEUE_READY: 0x044,
  QUEUE_NOTIFY: 0x050,
  INTERRUPT_STATUS: 0x060,
  INTERRUPT_ACK: 0x064,
  STATUS: 0x070,
  QUEUE_DESC: 0x080,
  QUEUE_DRIVER: 0x090,
  QUEUE_DEVICE: 0x0a0,
  SHM_LEN: 0x0b0,
  SHM_BASE: 0x0b8,
  QUEUE_RESET: 0x0c0,
  CONFIG_GENERATION: 0x0fc,
  CONFIG: 0x100,
} as const;

/** Registers that only version 1 has, in place of those of version 2 for queues (§4.2.4). Most others are the same. */
export const LegacyMmio = {
  GUEST_PAGE_SIZE: 0x028,
  QUEUE_ALIGN: 0x03c,
  QUEUE_PFN: 0x040,
} as const;

/** Size in bytes of a device's address space: registers and configuration in one page, as is usual. */
export const MMIO_BYTES = 0x1000;
