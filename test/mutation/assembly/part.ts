import type { Target } from "../../assembly/compile.ts";
import type { Mutant } from "./mutants.ts";

/** Which mutants a process tests, and where it writes the outcomes. */
export interface Part {
  readonly target: Target;
  /** 0 to `parts` - 1. */
  readonly part: number;
  readonly parts: number;
  /** The most mutants to test, chosen by `seed`; undefined for all. */
  readonly sample?: string;
  readonly seed: string;
  readonly out: string;
}

export function partOf(mutants: readonly Mutant[], { target, part, parts, sample, seed }: Part): Mutant[] {
  const own = mutants.filter(({ file }) => file.includes("/plain/") === (target === "plain"));
  const mine = own.filter((_, i) => i % parts === part);
  if (sample === undefined) return mine;
  // This part's share of the sample.
  const share = Math.ceil((Number(sample) * mine.length) / mutants.length);
  const order = mine.map((mutant, i) => ({ mutant, at: Math.imul(i + 1, 2654435761 ^ Number(seed)) >>> 0 }));
  return order.sort((a, b) => a.at - b.at).slice(0, share).map(({ mutant }) => mutant);
}
