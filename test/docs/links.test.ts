import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Heading } from "mdast";
import { expect, test } from "vitest";
import { documents, nodesOf, targetOf } from "./documents.ts";
import type { Document } from "./documents.ts";

interface Link {
  readonly path: string;
  readonly url: string;
  readonly target: string;
  readonly fragment: string | undefined;
}

const links = documents.flatMap(linksOf);

/** Relative links, and those within the document. */
function linksOf(document: Document): Link[] {
  return [...nodesOf(document.root, "link"), ...nodesOf(document.root, "image")]
    .filter(({ url }) => !/^[a-z]+:/.test(url))
    .map(({ url }) => {
      const [file = "", fragment] = url.split("#");
      const target = file === "" ? document.path : targetOf(document, file);
      return { path: document.path, url, target, fragment };
    });
}

/** The name of a heading in a link, as GitHub makes it. */
function anchorOf(heading: Heading): string {
  const text = [...nodesOf(heading, "text"), ...nodesOf(heading, "inlineCode")]
    .sort((a, b) => a.position!.start.offset! - b.position!.start.offset!)
    .map(({ value }) => value)
    .join("");
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

function hasAnchor({ target, fragment }: Link): boolean {
  const document = documents.find(({ path }) => path === target);
  return document === undefined || nodesOf(document.root, "heading").map(anchorOf).includes(fragment!);
}

test("every link leads somewhere", () => {
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(({ target }) => !existsSync(target))).toEqual([]);
  expect(links.filter((link) => link.fragment !== undefined && !hasAnchor(link))).toEqual([]);
});

test("every path in the documents exists", () => {
  const folders = readdirSync(".", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const isPath = new RegExp(`^(${folders.map(({ name }) => name).join("|")})/[\\w./-]*$`);
  const named = documents.flatMap(({ path, root }) =>
    nodesOf(root, "inlineCode")
      .filter(({ value }) => isPath.test(value))
      .map(({ value }) => ({ path, value })),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(({ value }) => !existsSync(value))).toEqual([]);
});

test("docs/README.md lists every page", () => {
  const index = readFileSync("docs/README.md", "utf8");
  const pages = documents.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
  expect(pages.filter((path) => !index.includes(`](${basename(path)})`))).toEqual(["docs/README.md"]);
});
