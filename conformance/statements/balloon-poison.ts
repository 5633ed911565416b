import type { Section } from "../statement.ts";

export const balloonPoison: Section = {
  title: "Balloon: page poison",
  statements: [
    {
      id: "DRV-P1",
      says: "MUST initialise deflated pages with poison_val when it reuses them (§5.5.6.6.1)",
      does: "Deflated pages read as zeros, or as the host left them.",
      evidence: "not observable",
      why: "The device does not see the guest read and write its memory.",
    },
    {
      id: "DRV-P2",
      says: "MUST write poison_val before DRIVER_OK (§5.5.6.6.1)",
      does: "Ignores later writes.",
      evidence: "observed",
      rule: "DRV-P2",
    },
    {
      id: "DRV-P3",
      says: "MUST NOT change poison_val while DRIVER_OK is set (§5.5.6.6.1)",
      does: "Ignores the write.",
      evidence: "observed",
      rule: "DRV-P2",
    },
    {
      id: "DEV-P1",
      says: "MAY use poison_val as a hint (§5.5.6.6.2)",
      does: "Uses it for reported pages (DEV-R2).",
      evidence: "tested",
    },
  ],
};
