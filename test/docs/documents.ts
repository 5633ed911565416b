import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Code, Html, Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";

export interface Document {
  /** From the root of the repository. */
  readonly path: string;
  readonly root: Root;
}

/** A fenced piece of a document. */
export interface Block {
  readonly path: string;
  readonly line: number;
  /** The language of the fence: "js", "sh", "text", or "" if it has none. */
  readonly language: string;
  readonly code: string;
  /** The HTML comment directly above, which readers do not see: "not run: why", "with <file>" or "goes on". Empty without one. */
  readonly note: string;
}

const FOLDERS = [".", "demo", "docs", "guest", "test/fixtures", "test/known-bugs"];

/** Everything that is written for people. */
export const documents: readonly Document[] = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => read(join(folder, name))),
);

function read(path: string): Document {
  return { path, root: fromMarkdown(readFileSync(path, "utf8")) };
}

/** All nodes of one kind, in the order of the text. */
export function nodesOf<Type extends Nodes["type"]>(
  node: Nodes,
  type: Type,
): Extract<Nodes, { type: Type }>[] {
  const own = node.type === type ? [node as Extract<Nodes, { type: Type }>] : [];
  return "children" in node ? [...own, ...node.children.flatMap((child) => nodesOf(child, type))] : own;
}

/** The code blocks of a document, in order. */
export function blocksOf({ path, root }: Document): Block[] {
  return root.children.flatMap((node, i) => {
    return node.type === "code" ? [blockOf(path, node, noteOf(root.children[i - 1]))] : [];
  });
}

function blockOf(path: string, { lang, value, position }: Code, note: string): Block {
  return { path, line: position!.start.line, language: lang ?? "", code: value, note };
}

function noteOf(node: Nodes | undefined): string {
  return node?.type === "html" ? comment(node) : "";
}

function comment({ value }: Html): string {
  return /^<!--\s*([\s\S]*?)\s*-->$/.exec(value)?.[1] ?? "";
}

/** Where a relative link of a document leads, from the root of the repository. */
export function targetOf({ path }: Document, url: string): string {
  return join(dirname(path), decodeURI(url));
}
