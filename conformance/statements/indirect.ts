import type { Section } from "../statement.ts";

export const indirect: Section = {
  title: "Indirect descriptors",
  statements: [
    {
      id: "INDIRECT-1",
      says: "MUST ignore the WRITE flag of the descriptor that refers to a table (§2.7.5.3.2)",
      does: "Ignores it.",
      evidence: "tested",
    },
    {
      id: "INDIRECT-2",
      says: "MUST handle any number of direct descriptors before one indirect one (§2.7.5.3.2)",
      does: "Follows them.",
      evidence: "tested",
    },
  ],
};
