import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sections, statements } from "../conformance/index.ts";
import { markdown } from "../conformance/markdown.ts";
import { idsIn, namedInTests } from "../conformance/named.ts";
import { RULES } from "../src/balloon/compliance.ts";

/** How many statements the specification has in each block of the balloon's chapter. */
const BALLOON = {
  "DRV-F": 3,
  "DEV-F": 1,
  "LEG-F": 2,
  "LEG-C": 3,
  "DRV-O": 12,
  "DEV-O": 2,
  "LEG-O": 1,
  "DRV-S": 8,
  "DEV-S": 2,
  "LEG-S": 2,
  "DRV-H": 10,
  "DEV-H": 6,
  "LEG-H": 1,
  "DRV-P": 3,
  "DEV-P": 1,
  "DRV-R": 6,
  "DEV-R": 2,
} as const;

const named = namedInTests();
const ids = statements.map(({ id }) => id);

describe("conformance/", () => {
  test("has every statement of the balloon's chapter", () => {
    const all = Object.entries(BALLOON).flatMap(([block, count]) =>
      Array.from({ length: count }, (_, i) => `${block}${i + 1}`),
    );
    expect(ids.filter((id) => /^(DRV|DEV|LEG)-/.test(id)).sort()).toEqual(all.sort());
  });

  test("has each id once", () => {
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  test("has every rule that the device observes", () => {
    const observed = statements.flatMap((statement) =>
      statement.evidence === "observed" && statement.rule === statement.id ? [statement.rule] : [],
    );
    expect(observed.sort()).toEqual(Object.keys(RULES).sort());
  });

  test("has a test that names each statement marked as tested or observed", () => {
    const required = statements.filter(({ evidence }) => evidence === "tested" || evidence === "observed");
    expect(required.map(({ id }) => id).filter((id) => !named.has(id))).toEqual([]);
  });

  test("has a statement for every id in a test's name", () => {
    expect([...named.keys()].filter((id) => !ids.includes(id))).toEqual([]);
  });

  test("counts an id only in the name of a test", () => {
    const code = `
      describe.each([1])("%d (DEV-O1)", () => {
        test.skipIf(late)(\`\${x} (DEV-O2, rule 2.7.6)\`, () => expect("DEV-O3").toBe("rule 2.7"));
      });`;
    expect([...idsIn(code)]).toEqual(["DEV-O1", "DEV-O2", "2.7.6"]);
  });
});

describe("CONFORMANCE.md", () => {
  const text = readFileSync("CONFORMANCE.md", "utf8");

  test("is up to date: npm run conformance", () => {
    expect(text).toBe(`${markdown(sections, named)}\n`);
  });

  test("can be read on a phone", () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(40_000);
    expect(text.split("\n").filter((line) => line.length > 200 || line.startsWith("|"))).toEqual([]);
  });
});
