import type { Section } from "../statement.ts";

export const features: Section = {
  title: "Feature bits",
  statements: [
    {
      id: "FEATURE-1",
      says: "MUST NOT offer a feature that needs one it does not offer (§2.2.2)",
      does: "No offered feature needs another.",
      evidence: "tested",
    },
    {
      id: "FEATURE-2",
      says: "SHOULD accept any valid subset (§2.2.2)",
      does: "Accepts all that have VERSION_1 and MUST_TELL_HOST. Without the latter the class decides (DEV-F1).",
      evidence: "tested",
    },
    {
      id: "FEATURE-3",
      says: "MUST fail FEATURES_OK for any other set (§2.2.2)",
      does: "Also fails it for bits that were not offered.",
      evidence: "tested",
    },
    {
      id: "FEATURE-4",
      says: "MUST NOT offer bits it would not support, or that are not described (§2.2.2)",
      does: "SILENT_DEFLATE, which is not described, is offered only if the host names a bit for it (POSITION-7).",
      evidence: "tested",
    },
    {
      id: "FEATURE-5",
      says: "SHOULD NOT fail the re-negotiation of a set that succeeded (§2.2.2)",
      does: "The outcome depends only on the sets and the options.",
      evidence: "tested",
    },
    {
      id: "FEATURE-6",
      says: "MUST offer VERSION_1, MAY fail to operate without it (§6.2)",
      does: "Always offers it, and requires it on modern transports.",
      evidence: "tested",
    },
    {
      id: "FEATURE-7",
      says: "transitional device MUST know legacy drivers by VERSION_1 not being accepted (§2.2.3)",
      does: "Legacy registers cannot accept it; modern ones must. The first write decides which interface a driver uses.",
      evidence: "tested",
    },
  ],
};
