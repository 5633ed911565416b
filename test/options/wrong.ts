import type { Kind, Needed } from "../../src/options/index.ts";

/** A wrong value, and the error it leads to. */
export type Wrong = readonly [value: unknown, error: typeof TypeError | typeof RangeError];

const OF_NO_KIND: readonly unknown[] = [
  null,
  "5",
  "",
  "yes",
  5,
  NaN,
  5n,
  true,
  [],
  {},
  Symbol("s"),
  new Number(5),
];
const NUMBERS = [NaN, Infinity, -Infinity, -1, 0.5, 2 ** 53];

/** Values that are wrong for a kind: values of all other kinds, and values just outside its limits. */
export function wrongFor(kind: Kind): Wrong[] {
  if (typeof kind === "string") return others((value) => isSimple(kind, value));
  if ("integer" in kind) {
    const most = Math.max(...kind.integer.flat());
    const beyond = [...NUMBERS, most + 1, ...kind.integer.map(([least]) => least - 1)];
    const numbers = beyond.filter((value) => !(value === Infinity && kind.orInfinity === true));
    const between = (kind.multipleOf ?? 1) > 1 || kind.powerOfTwo === true ? [3] : [];
    return [
      ...others((value) => typeof value === "number"),
      ...[...numbers, ...between].map((value): Wrong => [value, RangeError]),
    ];
  }
  if ("number" in kind) {
    const [least, most] = kind.number;
    const beyond = [NaN, Infinity, -Infinity, least / 2 - 1, 2 * most + 1];
    return [
      ...others((value) => typeof value === "number"),
      ...beyond.map((value): Wrong => [value, RangeError]),
    ];
  }
  if ("oneOf" in kind) return others(() => false);
  // Objects without the members have a separate test.
  const mayCall = "orFunction" in kind && kind.orFunction;
  const functions: Wrong[] = mayCall ? [] : [[() => undefined, TypeError]];
  return [...others((value) => typeof value === "object" && value !== null), ...functions];
}

function others(isOne: (value: unknown) => boolean): Wrong[] {
  return OF_NO_KIND.filter((value) => !isOne(value)).map((value) => [value, TypeError]);
}

function isSimple(kind: Kind & string, value: unknown): boolean {
  if (kind === "array" || kind === "function or array") return Array.isArray(value);
  if (kind === "object") return typeof value === "object" && value !== null;
  return typeof value === kind;
}

export function kindOf(kind: Kind | Needed): Kind {
  return typeof kind === "object" && "needed" in kind ? kind.needed : kind;
}

/** The name with one letter doubled, as a typing mistake. */
export function slipOf(name: string): string {
  return name.slice(0, 2) + name.slice(1);
}
