/* PCI configuration space (mechanism #1), and the part of it that a BIOS would have set up. */
#pragma once
#include "types.h"

#define PCI_COMMAND 0x04
#define PCI_COMMAND_IO 1
#define PCI_COMMAND_BUS_MASTER 4
#define PCI_BAR0 0x10
#define PCI_CAPABILITIES 0x34

struct pci_device {
  u8 slot;
};

u8 pci_read8(struct pci_device device, u8 offset);
u16 pci_read16(struct pci_device device, u8 offset);
u32 pci_read32(struct pci_device device, u8 offset);
void pci_write16(struct pci_device device, u8 offset, u16 value);

/* Sizes every base address register on the bus, in place of a BIOS's resource assignment. */
void pci_size_bars(void);

bool pci_find(u32 vendor_and_device, struct pci_device *found);

/* Connects the device's INTx pin to an interrupt line of the 8259s. */
void pci_route_interrupt(struct pci_device device, u8 irq);
