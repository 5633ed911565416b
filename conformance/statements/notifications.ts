import type { Section } from "../statement.ts";

export const notifications: Section = {
  title: "Notification suppression",
  statements: [
    {
      id: "NOTIFY-1",
      says: "without EVENT_IDX MUST ignore used_event (§2.7.7.2)",
      does: "Does not read it.",
      evidence: "tested",
    },
    {
      id: "NOTIFY-2",
      says: "without EVENT_IDX MUST notify if the flags are 0, SHOULD NOT if they are 1 (§2.7.7.2)",
      does: "Decides once for all chains of a notification.",
      evidence: "tested",
    },
    {
      id: "NOTIFY-3",
      says: "with EVENT_IDX MUST ignore the lower bit of the flags (§2.7.7.2)",
      does: "Does not read it.",
      evidence: "tested",
    },
    {
      id: "NOTIFY-4",
      says: "with EVENT_IDX MUST notify when the used index passes used_event, else SHOULD NOT (§2.7.7.2)",
      does: "Compares modulo 65536.",
      evidence: "tested",
    },
    {
      id: "NOTIFY-5",
      says: "without EVENT_IDX MUST set the flags of the used ring to 0 or 1 (§2.7.10.2)",
      does: "Leaves them 0: it wants every notification.",
      evidence: "tested",
    },
    {
      id: "NOTIFY-6",
      says: "with EVENT_IDX MUST set them to 0, MAY use avail_event (§2.7.10.2)",
      does: "Asks to be notified of the next chain.",
      evidence: "tested",
    },
    {
      id: "NOTIFY-7",
      says: "MUST handle spurious notifications (§2.7.10.2)",
      does: "Finds nothing and does nothing.",
      evidence: "tested",
    },
  ],
};
