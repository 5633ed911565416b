import type { Section } from "../statement.ts";

export const legacy: Section = {
  title: "Legacy and transitional virtio-pci",
  statements: [
    {
      id: "LEGACY-1",
      says: "MUST have revision 0, the subsystem 5 and the transitional id (§4.1.2.3)",
      does: "Has them.",
      evidence: "tested",
    },
    {
      id: "LEGACY-2",
      says: "MUST have the legacy registers in BAR 0, in I/O space (§4.1.4.10, §4.1.5.1.1.1)",
      does: "Has them in BAR 0, and the modern structures in BAR 1.",
      evidence: "tested",
    },
    {
      id: "LEGACY-3",
      says: "MUST give the same results for configuration accesses of any width (§4.1.4.10)",
      does: "Reads byte by byte, and joins writes.",
      evidence: "tested",
    },
    {
      id: "LEGACY-4",
      says: "MUST have the device configuration right after the registers (§4.1.4.10)",
      does: "It is at offset 20, because there is no MSI-X.",
      evidence: "tested",
    },
    {
      id: "LEGACY-5",
      says: "MUST assume that bits 32 and up are not accepted (§4.1.4.10)",
      does: "The registers cannot accept them.",
      evidence: "tested",
    },
    {
      id: "LEGACY-6",
      says: "MUST lay the rings out in one piece, the used ring on a page of its own (§2.7.2)",
      does: "Places them by the page number that the driver writes.",
      evidence: "tested",
    },
    {
      id: "LEGACY-7",
      says: "MUST use the guest's endianness in the rings (§2.7.3)",
      does: "Reads little-endian.",
      evidence: "deviation",
      why: "Big-endian guests are not supported; v86 has none.",
    },
    {
      id: "LEGACY-8",
      says: "MUST support configuration writes before the features are written (§3.1.2)",
      does: "Takes `actual` at any time.",
      evidence: "tested",
    },
    {
      id: "LEGACY-9",
      says: "MUST support a driver that uses the device before DRIVER_OK (§3.1.2)",
      does: "Checks its features at its first notification.",
      evidence: "tested",
    },
  ],
};
