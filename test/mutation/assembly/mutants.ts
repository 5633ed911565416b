import ts from "typescript";
import { parse, type Sources } from "../../assembly/sources.ts";

/** One small fault: the text of a file from `start` to `end` is replaced. */
export interface Mutant {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["+"],
  "/": ["*"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "<<": [">>>"],
  ">>>": ["<<"],
  ">>": [">>>"],
  "<": ["<=", ">"],
  "<=": ["<"],
  ">": [">="],
  ">=": [">"],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "+=": ["-="],
  "-=": ["+="],
  "&=": ["|="],
  "|=": ["&="],
  "++": ["--"],
  "--": ["++"],
};

/** Functions of the language itself that have a counterpart with the same type. */
const CALLS: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  ctz: "clz",
  clz: "ctz",
  "v128.or": "v128.and",
  "v128.xor": "v128.and",
  "v128.any_true": "!v128.any_true",
  "i32x4.add": "i32x4.sub",
  "i32x4.sub": "i32x4.add",
  "i32x4.eq": "i32x4.ne",
  "i32x4.gt_u": "i32x4.ge_u",
  "i32x4.lt_s": "i32x4.le_s",
  "i32x4.max_u": "i32x4.min_u",
  "i8x16.eq": "i8x16.ne",
};

/** The addresses of the memory map are free to choose, and the compiler resolves the other file. */
const LEFT_OUT = ["assembly/layout.ts", "assembly/primitives.ts"];

export function mutantsOf(sources: Sources): Mutant[] {
  return [...sources]
    .filter(([file]) => !LEFT_OUT.includes(file))
    .flatMap(([file, text]) => mutantsOfFile(file, text));
}

export function applyMutant(sources: Sources, { file, start, end, replacement }: Mutant): Sources {
  const text = sources.get(file)!;
  return new Map(sources).set(file, text.slice(0, start) + replacement + text.slice(end));
}

function mutantsOfFile(file: string, text: string): Mutant[] {
  const source = parse(file, text);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    for (const [part, replacement] of faultsOf(node)) {
      mutants.push({ file, start: part.getStart(source), end: part.end, replacement });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return mutants;
}

/** What may be wrong with a node itself: the part to replace, and its replacements. */
function faultsOf(node: ts.Node): (readonly [ts.Node, string])[] {
  if (ts.isBinaryExpression(node)) return operatorFaults(node.operatorToken);
  if (ts.isPostfixUnaryExpression(node)) return [[node, node.getText().replace("++", "--")]];
  if (ts.isPrefixUnaryExpression(node)) return unaryFaults(node);
  if (ts.isNumericLiteral(node)) return [[node, `(${node.text} + 1)`]];
  if (ts.isCallExpression(node)) return callFaults(node);
  if (ts.isConditionalExpression(node)) return [[node.condition, `!(${node.condition.getText()})`]];
  if (ts.isIfStatement(node)) return [[node.expression, `!(${node.expression.getText()})`]];
  return isRemovable(node) ? [[node, "{}"]] : [];
}

function operatorFaults(operator: ts.Node): (readonly [ts.Node, string])[] {
  return (OPERATORS[operator.getText()] ?? []).map((other) => [operator, other]);
}

function unaryFaults(node: ts.PrefixUnaryExpression): (readonly [ts.Node, string])[] {
  const isSign = node.operator === ts.SyntaxKind.MinusToken || node.operator === ts.SyntaxKind.TildeToken;
  const isNot = node.operator === ts.SyntaxKind.ExclamationToken;
  return isSign || isNot ? [[node, isNot ? `!!${node.operand.getText()}` : node.operand.getText()]] : [];
}

function callFaults(node: ts.CallExpression): (readonly [ts.Node, string])[] {
  const other = CALLS[node.expression.getText()];
  return other === undefined ? [] : [[node.expression, other]];
}

/** Statements without which the sources still compile. */
function isRemovable(node: ts.Node): boolean {
  return ts.isExpressionStatement(node) || ts.isBreakStatement(node) || ts.isContinueStatement(node);
}
