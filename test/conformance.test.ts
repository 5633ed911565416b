import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Every statement CONFORMANCE.md must have a row for, by block. Duties named by a section are RULES of the device. */
const STATEMENTS = [
  ids("DRV-F", 3),
  ids("DEV-F", 1),
  ids("LEG-F", 2),
  ids("LEG-C", 3),
  ids("DRV-O", 12),
  ids("DEV-O", 2),
  ids("LEG-O", 1),
  ids("DRV-S", 8),
  ids("DEV-S", 2),
  ids("LEG-S", 2),
  ids("DRV-H", 10),
  ids("DEV-H", 6),
  ids("LEG-H", 1),
  ids("DRV-P", 3),
  ids("DEV-P", 1),
  ids("DRV-R", 6),
  ids("DEV-R", 2),
  ids("STATUS-", 3),
  ids("FEATURE-", 7),
  ids("CONFIG-", 2),
  ids("RESET-", 2),
  ids("RING-", 8),
  ids("INDIRECT-", 2),
  ids("NOTIFY-", 7),
  ids("QRESET-", 3),
  ids("PCI-", 22),
  ids("LEGACY-", 9),
  ids("MMIO-", 9),
  ids("ABSENT-", 12),
  ids("POSITION-", 9),
].flat();

const ANYTHING = ".+";

/** What a row may offer as evidence; a deviation says why, and may name a test as well. */
const KINDS =
  /^(`test\/|driver's duty, observed: rule |driver's duty, not observable: \w|not applicable: \w|deviation: \w)/;

interface Row {
  readonly id: string;
  readonly evidence: string;
}

const text = readFileSync(`${ROOT}/CONFORMANCE.md`, "utf8");
const rows = rowsOf(text);
const rules = rulesOf(parse("src/balloon/compliance.ts"));
const titles = new Map(testFiles().map((path) => [path, titlesOf(parse(path))]));

function ids(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}

/** The rows of all tables: the id is the first of four cells, the evidence the last. */
function rowsOf(markdown: string): Row[] {
  const tables = markdown.split("\n").filter((line) => line.startsWith("|"));
  const cells = tables.map((line) => line.split("|").map((cell) => cell.trim()));
  return cells
    .filter(([, id = ""]) => id !== "id" && !/^-+$/.test(id))
    .map((row) => ({ id: row[1] ?? "", evidence: row.length === 6 ? row[4]! : "not four cells" }));
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(`${ROOT}/${path}`, "utf8"), ts.ScriptTarget.Latest, true);
}

function testFiles(): string[] {
  return readdirSync(`${ROOT}/test`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${name.replaceAll("\\", "/")}`);
}

/** Keys of the object RULES: the rules whose breach the device notes. */
function rulesOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === "RULES") found.push(...keysOf(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function keysOf({ initializer }: ts.VariableDeclaration): string[] {
  const object = initializer && ts.isAsExpression(initializer) ? initializer.expression : initializer;
  if (object === undefined || !ts.isObjectLiteralExpression(object)) return [];
  return object.properties.map(({ name }) => (name && ts.isStringLiteral(name) ? name.text : ""));
}

/** Full titles of a file's tests, " > " between them, as patterns: what is filled in when it runs matches anything. */
function titlesOf(source: ts.SourceFile): RegExp[] {
  const found: RegExp[] = [];
  const visit = (node: ts.Node, outer: string): void => {
    const title = ts.isCallExpression(node) ? patternOf(node) : undefined;
    // A title that is nothing but a parameter would match any name.
    if (title?.kind === "test" && title.pattern !== ANYTHING)
      found.push(new RegExp(`^${outer}${title.pattern}$`));
    const inner = title?.kind === "describe" ? `${outer}${title.pattern} > ` : outer;
    ts.forEachChild(node, (child) => {
      visit(child, inner);
    });
  };
  visit(source, "");
  return found;
}

interface Title {
  readonly kind: string;
  readonly pattern: string;
}

/** The title of a call of test or describe, also by way of .each, .skipIf and the like. */
function patternOf({ expression, arguments: [title] }: ts.CallExpression): Title | undefined {
  const kind = rootOf(expression);
  if (title === undefined || !["test", "describe"].includes(kind)) return undefined;
  if (ts.isStringLiteralLike(title)) return { kind, pattern: filled(title.text) };
  return ts.isTemplateExpression(title) ? { kind, pattern: filledTemplate(title) } : undefined;
}

function rootOf(expression: ts.Expression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  const below = ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression);
  return below ? rootOf(expression.expression) : "";
}

function filledTemplate({ head, templateSpans }: ts.TemplateExpression): string {
  return filled(head.text) + templateSpans.map(({ literal }) => ANYTHING + filled(literal.text)).join("");
}

/** %s, %d … and $name are filled in by vitest; all else is as it stands. */
function filled(title: string): string {
  const parts = title.split(/%[sdifjoO#]|\$\w[\w.]*/);
  return parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(ANYTHING);
}

/** Names of tests in a row: code spans of file and full title. */
function testsOf({ evidence }: Row): string[] {
  return [...evidence.matchAll(/`(test\/[^`]*)`/g)].map((span) => span[1]!);
}

function isTest(name: string): boolean {
  const [path = "", title = ""] = name.split(/: (.*)/);
  return titles.get(path)?.some((pattern) => pattern.test(title)) ?? false;
}

function rulesNamed({ evidence }: Row): string[] {
  return [...evidence.matchAll(/observed: rule (\S+)/g)].map((match) => match[1]!);
}

describe("CONFORMANCE.md", () => {
  test("has one row for every statement and every rule, and no other", () => {
    const sections = rules.filter((rule) => !STATEMENTS.includes(rule));
    expect(rows.map(({ id }) => id).sort()).toEqual([...STATEMENTS, ...sections].sort());
  });

  test("names tests that exist", () => {
    const missing = rows.flatMap((row) => testsOf(row).filter((name) => !isTest(name)));
    expect(missing).toEqual([]);
  });

  test("says of every rule the device observes that it does, and of no other", () => {
    expect(rules.length).toBeGreaterThan(10);
    const silent = rules.filter(
      (rule) => !rows.some((row) => row.id === rule && rulesNamed(row).includes(rule)),
    );
    expect(silent).toEqual([]);
    expect(rows.flatMap(rulesNamed).filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  test("has evidence of a known kind in every row", () => {
    expect(rows.filter(({ evidence }) => !KINDS.test(evidence))).toEqual([]);
  });

  test("counts its rows right", () => {
    const count = (kind: RegExp): number => rows.filter(({ evidence }) => kind.test(evidence)).length;
    const kinds = [
      /^`test/,
      /^driver's duty, observed/,
      /^driver's duty, not/,
      /^not applicable/,
      /^deviation/,
    ];
    const counted = [rows.length, ...kinds.map(count)];
    expect(/^Of \d.*$/m.exec(text)?.[0].match(/\d+/g)?.map(Number)).toEqual(counted);
  });
});

describe("the check itself", () => {
  const FILE = "test/conformance.test.ts";
  const titlesIn = (code: string): RegExp[] =>
    titlesOf(ts.createSourceFile("t.ts", code, ts.ScriptTarget.Latest, true));
  const matching = (code: string, name: string): boolean =>
    titlesIn(code).some((pattern) => pattern.test(name));

  test("knows a test by its full name only", () => {
    expect(isTest(`${FILE}: the check itself > knows a test by its full name only`)).toBe(true);
    expect(isTest(`${FILE}: knows a test by its full name only`)).toBe(false);
    expect(isTest(`${FILE}: the check itself > knows a test by its full name`)).toBe(false);
    expect(isTest("test/none.test.ts: the check itself > knows a test by its full name only")).toBe(false);
    expect(isTest(FILE)).toBe(false);
  });

  test("fills in parameters, and nothing else", () => {
    const code =
      'describe.each([1])("a (%d)", () => { test.skipIf(x)(`b ${c}.`, f); test.each([])("$d e", f); });';
    expect(matching(code, "a (7) > b x.")).toBe(true);
    expect(matching(code, "a (%d) > $d e")).toBe(true);
    expect(matching(code, "a (7) > b x!")).toBe(false);
    expect(matching(code, "a 7 > b x.")).toBe(false);
  });

  test("takes no title that is nothing but a parameter", () => {
    expect(titlesIn('test.each([])("%s", f);')).toEqual([]);
  });

  test("reads a table by its cells", () => {
    expect(
      rowsOf("| id | a | b | c |\n| --- | --- | --- | --- |\n| X-1 | must | so | why |\n| X-2 | must |"),
    ).toEqual([
      { id: "X-1", evidence: "why" },
      { id: "X-2", evidence: "not four cells" },
    ]);
  });

  test("finds the rules", () => {
    expect(rules).toContain("DRV-O4");
    expect(rules).not.toContain("");
  });
});
