import type { Section } from "../statement.ts";

export const balloonConfiguration: Section = {
  title: "Balloon: configuration",
  statements: [
    {
      id: "LEG-C1",
      says: "device and driver MUST use little-endian for the configuration (§5.5.4)",
      does: "Uses one layout on all transports.",
      evidence: "tested",
    },
    {
      id: "LEG-C2",
      says: "driver MUST write all 4 bytes of `actual` in one operation (§5.5.6.2)",
      does: "Also joins bytes that come one by one.",
      evidence: "not observable",
      why: "Emulators split wide port writes, so parts prove nothing.",
    },
    {
      id: "LEG-C3",
      says: "device SHOULD NOT use `actual` before its last byte is written (§5.5.6.2)",
      does: "A field written in parts takes effect with its most significant byte.",
      evidence: "tested",
    },
    {
      id: "5.5.4",
      says: "driver does not write the read-only fields (§5.5.4)",
      does: "Ignores the write.",
      evidence: "observed",
      rule: "5.5.4",
    },
  ],
};
