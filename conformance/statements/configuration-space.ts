import type { Section } from "../statement.ts";

export const configurationSpace: Section = {
  title: "Device configuration space",
  statements: [
    {
      id: "CONFIG-1",
      says: "MUST allow reading every field before FEATURES_OK, also those of features it only offers (§2.5.2)",
      does: "The length follows the offer.",
      evidence: "tested",
    },
    {
      id: "CONFIG-2",
      says: "a changed field is told by a configuration change notification (§2.3), not before DRIVER_OK",
      does: "Sends it for num_pages and the hinting command, and not for what the driver wrote itself.",
      evidence: "tested",
    },
  ],
};
