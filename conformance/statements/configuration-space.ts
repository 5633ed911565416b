import type { Section } from "../statement.ts";

export const configurationSpace: Section = {
  title: "Device configuration space",
  statements: [
    {
      id: "CONFIG-1",
      says: "MUST allow reading every field before FEATURES_OK, even fields of features that it only offers (§2.5.2)",
      does: "The length follows the offer.",
      evidence: "tested",
    },
    {
      id: "CONFIG-2",
      says: "MUST send a configuration change notification for a changed field (§2.3), not before DRIVER_OK",
      does: "Sends it for num_pages and the hinting command, but not for the driver's own writes.",
      evidence: "tested",
    },
  ],
};
