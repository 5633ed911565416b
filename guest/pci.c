#include "pci.h"
#include "io.h"

#define CONFIG_ADDRESS 0xCF8
#define CONFIG_DATA 0xCFC
#define CONFIG_ENABLE 0x80000000u
#define SLOTS 32
#define BARS 6
#define NO_DEVICE 0xFFFFFFFF
#define PCI_INTERRUPT_LINE 0x3C
#define PCI_INTERRUPT_PIN 0x3D
#define PIIX_SLOT 1
#define PIIX_PIRQ_ROUTE 0x60 /* four bytes, PIRQA to PIRQD: the line each is connected to */

/* A virtio device of an emulated PC uses only bus 0 and function 0. */
static u16 select(struct pci_device device, u8 offset) {
  out32(CONFIG_ADDRESS, CONFIG_ENABLE | (u32)device.slot << 11 | (offset & 0xFC));
  return CONFIG_DATA + (offset & 3);
}

u8 pci_read8(struct pci_device device, u8 offset) { return in8(select(device, offset)); }
u16 pci_read16(struct pci_device device, u8 offset) { return in16(select(device, offset)); }
u32 pci_read32(struct pci_device device, u8 offset) { return in32(select(device, offset)); }

static void pci_write8(struct pci_device device, u8 offset, u8 value) { out8(select(device, offset), value); }

void pci_write16(struct pci_device device, u8 offset, u16 value) { out16(select(device, offset), value); }

static void pci_write32(struct pci_device device, u8 offset, u32 value) { out32(select(device, offset), value); }

/* A register that does not exist reads 0 after ones were written; one that does gets its address back. */
static void size_bar(struct pci_device device, u8 bar) {
  u32 address = pci_read32(device, bar);
  pci_write32(device, bar, 0xFFFFFFFF);
  if (pci_read32(device, bar)) pci_write32(device, bar, address);
}

/*
 * v86 gives its devices working addresses from the start, but also values in registers they do not have, which
 * go away only this way; its restore_state() fails on a machine where nobody has done this.
 */
void pci_size_bars(void) {
  for (struct pci_device device = {0}; device.slot < SLOTS; device.slot++) {
    if (pci_read32(device, 0) == NO_DEVICE) continue;
    for (u8 bar = 0; bar < BARS; bar++) size_bar(device, PCI_BAR0 + 4 * bar);
  }
}

bool pci_find(u32 vendor_and_device, struct pci_device *found) {
  for (found->slot = 0; found->slot < SLOTS; found->slot++)
    if (pci_read32(*found, 0) == vendor_and_device) return true;
  return false;
}

/* The board rotates the pins slot by slot, so that neighbouring slots do not share one line. */
void pci_route_interrupt(struct pci_device device, u8 irq) {
  struct pci_device piix = {PIIX_SLOT};
  u8 pin = pci_read8(device, PCI_INTERRUPT_PIN);
  u8 pirq = (u8)(pin - 1 + device.slot - 1) & 3;
  pci_write8(piix, PIIX_PIRQ_ROUTE + pirq, irq);
  pci_write8(device, PCI_INTERRUPT_LINE, irq);
}
