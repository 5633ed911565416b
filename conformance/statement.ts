import type { DriverRule } from "../src/balloon/compliance.ts";

/** A section of CONFORMANCE.md. */
export interface Section {
  readonly title: string;
  /** A paragraph above the statements. */
  readonly about?: string;
  readonly statements: readonly Statement[];
}

/** A normative statement of the specification, and what the device does about it. */
export type Statement = {
  readonly id: string;
  /** The statement, with the number of its section. */
  readonly says: string;
  /** What the device does about it. */
  readonly does: string;
} & Evidence;

/** How this is known. A test names a statement by its id; "tested" and "observed" statements must have a test. */
export type Evidence =
  | { readonly evidence: "tested" }
  | { readonly evidence: "observed"; readonly rule: DriverRule }
  | { readonly evidence: "not observable" | "not applicable" | "deviation"; readonly why: string };
