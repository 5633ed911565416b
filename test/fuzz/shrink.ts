import type { FuzzCase, Step } from "./step.ts";

/**
 * Finds a smaller case that `fails` as well, by leaving steps out: delta debugging, with smaller and smaller parts left
 * out, until no single step can be.
 */
export function shrink({ setup, steps }: FuzzCase, fails: (smaller: FuzzCase) => boolean): FuzzCase {
  let kept = steps;
  for (let part = kept.length >> 1; part >= 1; part >>= 1) {
    for (let smaller = without(kept, part, fails, setup); smaller.length < kept.length;) {
      kept = smaller;
      smaller = without(kept, part, fails, setup);
    }
  }
  return { setup, steps: kept };
}

/** One pass over the steps, from the end. */
function without(
  steps: readonly Step[],
  part: number,
  fails: (smaller: FuzzCase) => boolean,
  setup: FuzzCase["setup"],
): readonly Step[] {
  let kept = steps;
  for (let at = steps.length - part; at > -part; at -= part) {
    const smaller = [...kept.slice(0, Math.max(0, at)), ...kept.slice(Math.max(0, at + part))];
    if (smaller.length < kept.length && fails({ setup, steps: smaller })) kept = smaller;
  }
  return kept;
}
