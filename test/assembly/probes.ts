import ts from "typescript";
import { importOf, parse, type Sources } from "./sources.ts";

/** A place in the sources that is reached or not: a statement, an arm of `?:`, the right side of `&&` or `||`. */
export interface Probe {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Its source, the first line of it. */
  readonly code: string;
  /** Where it is in the text of the file. */
  readonly start: number;
  readonly end: number;
}

export interface Probed {
  readonly sources: Sources;
  /** The module sets its imported global `probe.hit<i>` to 1 whenever the place of probe `i` is reached. */
  readonly probes: readonly Probe[];
}

const PROBE = "assembly/probe.ts";

/**
 * Adds a probe to every place in the functions of the sources. Binaryen's pass `log-execution` would be less work, but
 * it knows functions, loops and returns only, and nothing of branches.
 */
export function addProbes(sources: Sources): Probed {
  const probes: Probe[] = [];
  const probed = new Map([...sources].map(([file, text]) => [file, addToFile(file, text, probes)]));
  const globals = probes.map((_, id) => `@external("probe", "hit${id}") export declare let hit${id}: i32;`);
  return { sources: probed.set(PROBE, globals.join("\n")), probes };
}

/** The probes in a module. The compiler leaves out code that nothing calls or that a constant condition excludes. */
export function probesIn(text: string): Set<number> {
  return new Set([...text.matchAll(/global\.set \$assembly\/probe\/hit(\d+)/g)].map(([, id]) => Number(id)));
}

function addToFile(file: string, text: string, probes: Probe[]): string {
  const source = parse(file, text);
  const first = probes.length;

  function withProbe(node: ts.Node): string {
    const frame = frameOf(node);
    if (!frame) return withProbes(node);
    const start = node.getStart(source);
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    const id = probes.push({ file, line, code: node.getText(source).split("\n")[0]!, start, end: node.end }) - 1;
    return `${frame[0]}hit${id} = 1${frame[1]}${withProbes(node)}${frame[2]}`;
  }

  function withProbes(node: ts.Node): string {
    let probed = "";
    let at = node.getStart(source);
    node.forEachChild((child) => {
      probed += text.slice(at, child.getStart(source)) + withProbe(child);
      at = child.end;
    });
    return probed + text.slice(at, node.end);
  }

  const body = withProbes(source);
  const names = Array.from({ length: probes.length - first }, (_, i) => `hit${first + i}`);
  return names.length > 0 ? importOf(names, PROBE, file) + body : body;
}

/** What goes before, between and behind the probe and the node; undefined when the node gets no probe. */
function frameOf(node: ts.Node): readonly [string, string, string] | undefined {
  const { parent } = node;
  if (ts.isBlock(node)) return undefined;
  if (ts.isBlock(parent)) return ["", "; ", ""];
  if (isBody(node)) return ["{ ", "; ", " }"];
  return isConditional(node, parent) ? ["(", ", ", ")"] : undefined;
}

function isBody(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isIfStatement(parent)) return node !== parent.expression;
  return ts.isIterationStatement(parent, false) && node === parent.statement;
}

/** Whether an expression is evaluated only sometimes. */
function isConditional(node: ts.Node, parent: ts.Node): boolean {
  if (ts.isConditionalExpression(parent)) return node === parent.whenTrue || node === parent.whenFalse;
  if (!ts.isBinaryExpression(parent) || node !== parent.right) return false;
  const { kind } = parent.operatorToken;
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}
