import type { Section } from "../statement.ts";

export const balloonStatistics: Section = {
  title: "Balloon: statistics",
  statements: [
    {
      id: "DRV-S1",
      says: "MUST have at most one buffer available (§5.5.6.3.1)",
      does: "Returns the second at once.",
      evidence: "observed",
      rule: "DRV-S1",
    },
    {
      id: "DRV-S2",
      says: "MUST make a buffer available after initialisation (§5.5.6.3.1)",
      does: "`requestStats()` returns false until there is one.",
      evidence: "not observable",
      why: "The buffer may come at any time.",
    },
    {
      id: "DRV-S3",
      says: "MUST make one available when the device used one (§5.5.6.3.1)",
      does: "Waits; with an interval, asks again.",
      evidence: "not observable",
      why: "The buffer may come at any time.",
    },
    {
      id: "DRV-S4",
      says: "MUST put an entry for each statistic it supports into the buffer (§5.5.6.3.1)",
      does: "Passes on the entries that are there.",
      evidence: "not observable",
      why: "The device does not know what the driver supports. DRV-S8 comes closest.",
    },
    {
      id: "DRV-S5",
      says: "MUST use buffers of whole entries; the text says multiples of 6 bytes (§5.5.6.3.1)",
      does: "Takes multiples of 10 bytes, the size of an entry (POSITION-2).",
      evidence: "observed",
      rule: "DRV-S5",
    },
    {
      id: "DRV-S6",
      says: "MAY order the entries as it likes (§5.5.6.3.1)",
      does: "Goes by the tags.",
      evidence: "tested",
    },
    {
      id: "DRV-S7",
      says: "MAY supply a subset (§5.5.6.3.1)",
      does: "Passes on the entries that are there.",
      evidence: "tested",
    },
    {
      id: "DRV-S8",
      says: "MUST supply the same subset every time (§5.5.6.3.1)",
      does: "Passes on the entries that are there.",
      evidence: "observed",
      rule: "DRV-S8",
    },
    {
      id: "DEV-S1",
      says: "MUST ignore entries with unknown tags (§5.5.6.3.2)",
      does: "They have no effect on the device. The host gets them by number, because new tags appear every few years.",
      evidence: "tested",
    },
    {
      id: "DEV-S2",
      says: "MUST accept entries in any order (§5.5.6.3.2)",
      does: "Goes by the tags.",
      evidence: "tested",
    },
    {
      id: "LEG-S1",
      says: "device and driver MUST use the guest's endianness (§5.5.6.3.3)",
      does: "Reads little-endian.",
      evidence: "deviation",
      why: "Big-endian guests are not supported; v86 has none.",
    },
    {
      id: "LEG-S2",
      says: "device SHOULD ignore all values in the first buffer (§5.5.6.3.3)",
      does: "Keeps the buffer and passes on nothing.",
      evidence: "tested",
    },
  ],
};
