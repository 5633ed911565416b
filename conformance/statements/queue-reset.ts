import type { Section } from "../statement.ts";

export const queueReset: Section = {
  title: "Reset of a single queue",
  statements: [
    {
      id: "QRESET-1",
      says: "MUST NOT execute requests of a queue that was reset, nor notify for it (§2.6.1.1.1)",
      does: "Forgets the buffers it kept, and ends retries.",
      evidence: "tested",
    },
    {
      id: "QRESET-2",
      says: "MUST reset the queue to its default state (§2.6.1.1.1)",
      does: "Resets size, addresses and indices. The rest of the device is unchanged.",
      evidence: "tested",
    },
    {
      id: "QRESET-3",
      says: "MUST observe what the driver has changed when it enables the queue again (§2.6.1.2.1)",
      does: "Reads everything again.",
      evidence: "tested",
    },
  ],
};
