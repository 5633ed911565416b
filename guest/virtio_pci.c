#include "virtio_pci.h"
#include "io.h"

#define BALLOON_ID (0x1045u << 16 | 0x1AF4)
#define VENDOR_CAPABILITY 0x09
#define RESET_ATTEMPTS 1000

/* struct virtio_pci_cap, §4.1.4 */
#define CAP_NEXT 1
#define CAP_TYPE 3
#define CAP_BAR 4
#define CAP_OFFSET 8
#define CAP_LENGTH 12
#define CAP_NOTIFY_MULTIPLIER 16

/* struct virtio_pci_common_cfg, §4.1.4.3 */
#define DEVICE_FEATURE_SELECT 0x00
#define DEVICE_FEATURE 0x04
#define DRIVER_FEATURE_SELECT 0x08
#define DRIVER_FEATURE 0x0C
#define NUM_QUEUES 0x12
#define DEVICE_STATUS 0x14
#define QUEUE_SELECT 0x16
#define QUEUE_SIZE 0x18
#define QUEUE_ENABLE 0x1C
#define QUEUE_NOTIFY_OFF 0x1E
#define QUEUE_DESC 0x20
#define QUEUE_DRIVER 0x28
#define QUEUE_DEVICE 0x30

enum structure { COMMON = 1, NOTIFY, ISR, CONFIG, STRUCTURES };

/* A port of 0 means "not found": no BAR can start there. */
static struct {
  u16 port;
  u32 length;
} structures[STRUCTURES];
static u32 notify_multiplier;

static u16 common(u16 offset) { return structures[COMMON].port + offset; }

bool virtio_find(struct pci_device *device) { return pci_find(BALLOON_ID, device); }

/* The base of an I/O BAR, or 0: this guest does not map memory BARs. */
static u16 io_bar(struct pci_device device, u8 bar) {
  u32 value = bar < 6 ? pci_read32(device, PCI_BAR0 + 4 * bar) : 0;
  return value & 1 ? (u16)(value & ~3u) : 0;
}

/* §4.1.4: a device may offer a structure more than once, in order of preference; the first usable one is used. */
static void map_capability(struct pci_device device, u8 at) {
  u8 type = pci_read8(device, at + CAP_TYPE);
  u16 base = io_bar(device, pci_read8(device, at + CAP_BAR));
  if (type < COMMON || type >= STRUCTURES || structures[type].port || !base) return;
  structures[type].port = (u16)(base + pci_read32(device, at + CAP_OFFSET));
  structures[type].length = pci_read32(device, at + CAP_LENGTH);
  if (type == NOTIFY) notify_multiplier = pci_read32(device, at + CAP_NOTIFY_MULTIPLIER);
}

bool virtio_map(struct pci_device device) {
  u16 command = pci_read16(device, PCI_COMMAND);
  pci_write16(device, PCI_COMMAND, command | PCI_COMMAND_IO | PCI_COMMAND_BUS_MASTER);
  for (u8 at = pci_read8(device, PCI_CAPABILITIES); at; at = pci_read8(device, at + CAP_NEXT))
    if (pci_read8(device, at) == VENDOR_CAPABILITY) map_capability(device, at);
  for (u32 type = COMMON; type < STRUCTURES; type++)
    if (!structures[type].port) return false;
  return true;
}

u8 virtio_status(void) { return in8(common(DEVICE_STATUS)); }
void virtio_status_add(u8 bits) { out8(common(DEVICE_STATUS), virtio_status() | bits); }

/* §4.1.4.3.2: the reset is over when the status reads back 0. */
bool virtio_reset(void) {
  out8(common(DEVICE_STATUS), 0);
  for (u32 i = 0; i < RESET_ATTEMPTS; i++)
    if (virtio_status() == 0) return true;
  return false;
}

static u32 offered_word(u32 word) {
  out32(common(DEVICE_FEATURE_SELECT), word);
  return in32(common(DEVICE_FEATURE));
}

u64 virtio_offered_features(void) {
  u32 low = offered_word(0);
  return (u64)offered_word(1) << 32 | low;
}

static void accept_word(u32 word, u32 bits) {
  out32(common(DRIVER_FEATURE_SELECT), word);
  out32(common(DRIVER_FEATURE), bits);
}

void virtio_accept_features(u64 features) {
  accept_word(0, (u32)features);
  accept_word(1, (u32)(features >> 32));
}

u16 virtio_queue_count(void) { return in16(common(NUM_QUEUES)); }

static void select_queue(u16 index) { out16(common(QUEUE_SELECT), index); }

u16 virtio_queue_size(u16 index) {
  select_queue(index);
  return in16(common(QUEUE_SIZE));
}

/* §4.1.3.1: a 64-bit field is accessed as two 32-bit ones. */
static void write_address(u16 offset, const void *address) {
  out32(common(offset), (u32)address);
  out32(common(offset + 4), 0);
}

void virtio_queue_enable(u16 index, u16 size, const struct virtq_addresses *addresses) {
  select_queue(index);
  out16(common(QUEUE_SIZE), size);
  write_address(QUEUE_DESC, addresses->descriptors);
  write_address(QUEUE_DRIVER, addresses->available);
  write_address(QUEUE_DEVICE, addresses->used);
  out16(common(QUEUE_ENABLE), 1);
}

/* §4.1.4.4 */
u16 virtio_notify_port(u16 index) {
  select_queue(index);
  return (u16)(structures[NOTIFY].port + in16(common(QUEUE_NOTIFY_OFF)) * notify_multiplier);
}

u16 virtio_notify_base(void) { return structures[NOTIFY].port; }
u32 virtio_notify_length(void) { return structures[NOTIFY].length; }

u8 virtio_read_isr(void) { return in8(structures[ISR].port); }

u32 virtio_config_length(void) { return structures[CONFIG].length; }
u32 virtio_config_read32(u32 offset) { return in32((u16)(structures[CONFIG].port + offset)); }
void virtio_config_write32(u32 offset, u32 value) { out32((u16)(structures[CONFIG].port + offset), value); }
void virtio_config_write8(u32 offset, u8 value) { out8((u16)(structures[CONFIG].port + offset), value); }
