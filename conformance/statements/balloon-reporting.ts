import type { Section } from "../statement.ts";

export const balloonReporting: Section = {
  title: "Balloon: free page reporting",
  statements: [
    {
      id: "DRV-R1",
      says: "without PAGE_POISON MUST treat reported pages as uninitialised (§5.5.6.7.1)",
      does: "They read as zeros.",
      evidence: "not observable",
      why: "The device does not see the guest read and write its memory.",
    },
    {
      id: "DRV-R2",
      says: "with PAGE_POISON MUST fill pages with poison_val before it reports them (§5.5.6.7.1)",
      does: "Does not rely on it.",
      evidence: "not observable",
      why: "Reading all reported pages would cost more than reporting gains.",
    },
    {
      id: "DRV-R3",
      says: "MUST NOT use the pages before the report is acknowledged (§5.5.6.7.1)",
      does: "Acknowledges within the notification.",
      evidence: "not observable",
      why: "The device does not see the guest read and write its memory.",
    },
    {
      id: "DRV-R4",
      says: "MAY report at any time after DRIVER_OK (§5.5.6.7.1)",
      does: "Serves reports at any time.",
      evidence: "tested",
    },
    {
      id: "DRV-R5",
      says: "SHOULD prefer large pages (§5.5.6.7.1)",
      does: "Takes any range, in whole 4 KiB frames.",
      evidence: "not observable",
      why: "The device does not know which pages the guest could have reported.",
    },
    {
      id: "DRV-R6",
      says: "SHOULD avoid touching reported pages (§5.5.6.7.1)",
      does: "Does nothing about it.",
      evidence: "not observable",
      why: "The device does not see the guest read and write its memory.",
    },
    {
      id: "DEV-R1",
      says: "without PAGE_POISON MAY modify pages before it acknowledges the report (§5.5.6.7.2)",
      does: "Discards, then acknowledges. Pinned pages are locked again in between.",
      evidence: "tested",
    },
    {
      id: "DEV-R2",
      says: "with PAGE_POISON MUST NOT change a page to anything but poison_val (§5.5.6.7.2)",
      does: "Leaves the page alone or fills it with the value. Never zeroes it unless the value is 0.",
      evidence: "tested",
    },
  ],
};
