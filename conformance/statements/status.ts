import type { Section } from "../statement.ts";

export const status: Section = {
  title: "Status and reset",
  statements: [
    {
      id: "STATUS-1",
      says: "MUST initialise the status to 0 upon reset (§2.1.2)",
      does: "Sets it to 0.",
      evidence: "tested",
    },
    {
      id: "STATUS-2",
      says: "MUST NOT consume buffers or send used buffer notifications before DRIVER_OK (§2.1.2)",
      does: "Notifications wait for DRIVER_OK; those of legacy drivers need not (LEGACY-9).",
      evidence: "tested",
    },
    {
      id: "STATUS-3",
      says: "SHOULD set DEVICE_NEEDS_RESET in an error; with DRIVER_OK it MUST then send a configuration change notification (§2.1.2)",
      does: "Sets it for corrupt rings, failed hosts, and pages that must not stay unlocked. Reports an error from before DRIVER_OK at DRIVER_OK.",
      evidence: "tested",
    },
    {
      id: "RESET-1",
      says: "MUST set the status to 0 after a reset (§2.4.1)",
      does: "A reset is over when the write returns.",
      evidence: "tested",
    },
    {
      id: "RESET-2",
      says: "MUST NOT notify, or touch queues, until it is set up again (§2.4.1)",
      does: "Forgets the buffers, retries and hinting runs of the old driver.",
      evidence: "tested",
    },
  ],
};
