import { existsSync } from "node:fs";
import type { Heading, ListItem } from "mdast";
import { expect, test } from "vitest";
import { documents, nodesOf } from "./documents.ts";

const { root } = documents.find(({ path }) => path === "SECURITY.md")!;

/** The list items between a heading and the next one. */
function promises(title: string): ListItem[] {
  const isHeading = (node: (typeof root.children)[number]): node is Heading => node.type === "heading";
  const from = root.children.findIndex(
    (node) => isHeading(node) && nodesOf(node, "text").some(({ value }) => value === title),
  );
  const after = root.children.slice(from + 1);
  return after.slice(0, after.findIndex(isHeading)).flatMap((node) => nodesOf(node, "listItem"));
}

test("every promise of SECURITY.md names a test that exists", () => {
  const items = promises("What is promised");
  expect(items.length).toBeGreaterThan(10);
  for (const item of items) {
    const files = nodesOf(item, "link").map(({ url }) => url);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !/^test\/.*\.test\.ts$/.test(file) || !existsSync(file))).toEqual([]);
  }
});
