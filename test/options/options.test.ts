import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describe as inWords } from "../../src/options/index.ts";
import { TAKERS } from "./public.ts";
import { kindOf, slipOf, wrongFor } from "./wrong.ts";

/** The error of a call; undefined if there is none. */
function errorOf(call: () => unknown): Error | undefined {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

describe.each(Object.entries(TAKERS))("%s", (name, { call, table, right }) => {
  const messageOf = (options: unknown): string => String(errorOf(() => call(options as never)));

  test("takes correct options, and undefined as not given", () => {
    const nothing = Object.fromEntries(Object.keys(table).map((key) => [key, undefined]));
    expect(messageOf({ ...nothing, ...right })).toBe(messageOf(right));
    expect(messageOf(right)).not.toMatch(/option|RangeError/);
  });

  test.each(Object.keys(table))("says what is wrong with %s", (key) => {
    for (const [value, expected] of wrongFor(kindOf(table[key]!))) {
      const error = errorOf(() => call({ ...right, [key]: value } as never));
      expect(error, `${key}: ${inWords(value)}`).toBeInstanceOf(expected);
      expect(error!.message.startsWith(`${key}: expected `)).toBe(true);
      expect(error!.message).toContain(`got ${inWords(value)}`);
    }
  });

  test.each(Object.keys(table))("suggests the right name for a slip of %s", (key) => {
    const slip = slipOf(key);
    expect(messageOf({ ...right, [slip]: undefined })).toBe(
      `TypeError: ${name}: unknown option "${slip}"; did you mean "${key}"?`,
    );
  });

  test.each(["__proto__", "constructor", "toString"])("refuses the unknown option %s", (key) => {
    const options = Object.defineProperty({ ...right }, key, { value: 1, enumerable: true });
    expect(messageOf(options)).toContain(`unknown option "${key}"`);
  });

  test.each([[null], [5], ["x"], [true], [5n], [[]], [() => undefined], [new Map()], [new Number(5)]])(
    "refuses %o as options",
    (options) => {
      expect(messageOf(options)).toBe(
        `TypeError: ${name}: expected an object of options, got ${inWords(options)}`,
      );
    },
  );

  test("reads every option once", () => {
    const reads = new Map<PropertyKey, number>();
    const options = new Proxy(right, {
      get: (target, key, receiver) => {
        reads.set(key, (reads.get(key) ?? 0) + 1);
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    expect(messageOf(options)).toBe(messageOf(right));
    expect(Object.keys(table).filter((key) => reads.get(key) !== 1)).toEqual([]);
  });
});

test("every function of the sources that reads options is in the table", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("cli"))
    .map((file) => readFileSync(`src/${file}`, "utf8"));
  const named = sources.flatMap((text) =>
    [...text.matchAll(/read(?:Balloon)?Options\("(\w+)"/g)].map(([, of]) => of!),
  );
  // These reject, and need a machine first: their tests are in test/v86 and test/balloon/waits.test.ts.
  const known = [...Object.keys(TAKERS), "compact", "saveStateTo", "inflateTo", "stats", "cleanup"];
  expect([...new Set(named)].sort()).toEqual(known.sort());
});
