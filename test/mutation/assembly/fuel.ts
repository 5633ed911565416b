import ts from "typescript";
import { importOf, parse, type Sources } from "../../assembly/sources.ts";

const FUEL = "assembly/fuel.ts";
const DECLARATION = `@external("fuel", "left") declare let left: i32;
@inline export function burn(): void { if (left-- < 0) unreachable(); }`;

/**
 * Makes every round of a loop use up one of the imported global `fuel.left`, and every call from outside too, because a
 * test may loop until the engine gives an answer that it never gives. When none is left, the module traps.
 */
export function addFuel(sources: Sources): Sources {
  const burning = [...sources].map(([file, text]) => [file, addToFile(file, text)] as const);
  return new Map(burning).set(FUEL, DECLARATION);
}

function addToFile(file: string, text: string): string {
  const insertions = insertionsIn(parse(file, text)).sort((a, b) => b.at - a.at);
  if (insertions.length === 0) return text;
  let burning = text;
  for (const { at, code } of insertions) burning = burning.slice(0, at) + code + burning.slice(at);
  return importOf(["burn"], FUEL, file) + burning;
}

interface Insertion {
  readonly at: number;
  readonly code: string;
}

function insertionsIn(node: ts.Node): Insertion[] {
  const own = ts.isIterationStatement(node, false) ? insertionsOf(node.statement) : [];
  if (isEntry(node)) own.push(...insertionsOf(node.body!));
  ts.forEachChild(node, (child) => void own.push(...insertionsIn(child)));
  return own;
}

/** Whether a function may be one of the module's exports: one that is inlined everywhere is not. */
function isEntry(node: ts.Node): node is ts.FunctionDeclaration {
  if (!ts.isFunctionDeclaration(node)) return false;
  const modifiers = node.modifiers ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) && !modifiers.some(ts.isDecorator);
}

function insertionsOf(body: ts.Statement): Insertion[] {
  const start = body.getStart();
  if (ts.isBlock(body)) return [{ at: start + 1, code: " burn();" }];
  return [
    { at: start, code: "{ burn(); " },
    { at: body.end, code: " }" },
  ];
}
