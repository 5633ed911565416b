import type { Section } from "../statement.ts";

export const driverRings: Section = {
  title: "Duties of the driver on its rings",
  statements: [
    {
      id: "2.7",
      says: "MUST align the rings (§2.7.1) and place them in memory",
      does: "Needs a reset.",
      evidence: "observed",
      rule: "2.7",
    },
    {
      id: "2.7.4.2",
      says: "MUST place device-writable buffers after device-readable ones",
      does: "The chain changes nothing.",
      evidence: "observed",
      rule: "2.7.4.2",
    },
    {
      id: "2.7.5.2",
      says: "MUST NOT add chains of more than 2^32 bytes, nor loops",
      does: "The chain changes nothing.",
      evidence: "observed",
      rule: "2.7.5.2",
    },
    {
      id: "2.7.5.3",
      says: "MUST NOT nest indirect tables, set NEXT with INDIRECT, exceed the queue size, or use them without the feature",
      does: "The chain changes nothing.",
      evidence: "observed",
      rule: "2.7.5.3",
    },
    {
      id: "2.7.6",
      says: "MUST NOT decrement the available index (§2.7.6.1), nor make more available than the queue holds",
      does: "Needs a reset.",
      evidence: "observed",
      rule: "2.7.6",
    },
  ],
};
