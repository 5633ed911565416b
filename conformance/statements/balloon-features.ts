import type { Section } from "../statement.ts";

export const balloonFeatures: Section = {
  title: "Balloon: feature bits",
  statements: [
    {
      id: "DRV-F1",
      says: "SHOULD accept MUST_TELL_HOST if it is offered (§5.5.3.1)",
      does: "The device class decides what happens to a driver that does not.",
      evidence: "observed",
      rule: "DRV-F1",
    },
    {
      id: "DRV-F2",
      says: "SHOULD clear PAGE_POISON if it will not write poison_val to deflated pages (§5.5.3.1)",
      does: "Uses poison_val for reported pages only.",
      evidence: "not observable",
      why: "The device cannot see what the driver writes into its own pages.",
    },
    {
      id: "DRV-F3",
      says: "MUST NOT accept PAGE_REPORTING without PAGE_POISON if its free pages keep a value (§5.5.3.1)",
      does: "Offers PAGE_POISON wherever it offers PAGE_REPORTING, so such a driver can take both.",
      evidence: "not observable",
      why: "The device cannot know what the driver expects of its pages.",
    },
    {
      id: "DEV-F1",
      says: "MAY fail FEATURES_OK if the driver does not accept MUST_TELL_HOST (§5.5.3.2)",
      does: 'Class `"never"` fails it; `"optional"` and `"always"` do not.',
      evidence: "tested",
    },
    {
      id: "LEG-F1",
      says: "MUST support legacy guests that do not accept MUST_TELL_HOST (§5.5.3.2)",
      does: 'Classes `"optional"` and `"always"` support them. Class `"never"` stops such a guest with DEVICE_NEEDS_RESET.',
      evidence: "deviation",
      why: "Only in the class that a host chooses to refuse such guests.",
    },
    {
      id: "LEG-F2",
      says: "SHOULD let such a guest use memory before it notifies the host (§5.5.3.2)",
      does: "Touches no page after its inflate was acknowledged.",
      evidence: "tested",
    },
  ],
};
