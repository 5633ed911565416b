// Takes vitest's place in the tracker's tests: it collects the tests, to run them on many engines.
import { expect, vi } from "vitest";

export { expect, vi };

export interface CollectedTest {
  readonly name: string;
  readonly run: () => unknown;
}

export const collected: CollectedTest[] = [];

export function describe(_name: string, body: () => void): void {
  body();
}

interface Collect {
  (name: string, run: () => unknown): void;
  readonly each: (cases: readonly unknown[]) => (name: string, run: (...values: unknown[]) => unknown) => void;
}

export const test: Collect = Object.assign(collect, {
  each: (cases: readonly unknown[]) => (name: string, run: (...values: unknown[]) => unknown) => {
    for (const values of cases.map((value) => [value].flat())) {
      collect(`${name}: ${values.join(" ")}`, () => run(...values));
    }
  },
});

function collect(name: string, run: () => unknown): void {
  collected.push({ name, run });
}
