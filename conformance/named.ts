import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { statements } from "./index.ts";

const WORDS = new Set(statements.map(({ id }) => id.split("-")[0]!).filter((word) => /[A-Z]/.test(word)));
/** An id in a test's name: "DEV-O2", or "rule 2.7.6" for a rule that has only a section number. */
const ID = new RegExp(`\\b(?:${[...WORDS].join("|")})-[A-Z]?\\d+\\b|(?<=\\brule )\\d[\\d.]*\\d`, "g");

/** The ids that the tests name, each with the paths of those test files, in order. */
export function namedInTests(): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const path of testFiles())
    for (const id of idsIn(readFileSync(path, "utf8"))) named.set(id, [...(named.get(id) ?? []), path]);
  return named;
}

function testFiles(): string[] {
  return readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${name.replaceAll("\\", "/")}`)
    .sort();
}

/** The ids in the names of a file's tests. An id elsewhere in the file is no evidence. */
export function idsIn(code: string): Set<string> {
  const found = new Set<string>();
  if (code.search(ID) < 0) return found;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ["test", "describe"].includes(rootOf(node.expression)))
      for (const id of node.arguments[0]?.getText().match(ID) ?? []) found.add(id);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("", code, ts.ScriptTarget.Latest, true));
  return found;
}

/** `test` of test(…), test.each(…)(…), test.skipIf(…)(…). */
function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  const goesOn = ts.isPropertyAccessExpression(node) || ts.isCallExpression(node);
  return goesOn ? rootOf(node.expression) : "";
}
