import { blocksOf, documents, nodesOf } from "./documents.ts";
import { isNotRun } from "./programs.ts";

/** A program that a document names, with one of the options that it names there: "npm run bench --check". */
export type Named = string;

/** The words that begin a command; after npm, more words name the program. */
const BEGIN = /^(?:npm (?:run )?[\w:]+|npx ballonet [a-z]+|npx (?!ballonet)\S+|node \S+\.m?js)/;

/** A command line as the program alone, and as the program with each of its options. */
export function namedBy(line: string): Named[] {
  const program = BEGIN.exec(line)?.[0];
  if (program === undefined) return [];
  const options = [...line.slice(program.length).matchAll(/ (--[a-z][\w-]*)/g)].map(([, option]) => option!);
  return [program, ...options.map((option) => `${program} ${option}`)];
}

/** The command lines in a text; one line of shell may have several. */
function linesOf(text: string): string[] {
  return text.split(/\n|&&|\||<\(/).map((line) => line.trim().replace(/\s*#.*/, ""));
}

/** All commands that documents name, in running text and in blocks. */
export function namedInDocuments(): Set<Named> {
  const inline = documents.flatMap(({ root }) => nodesOf(root, "inlineCode").map(({ value }) => value));
  const blocks = documents.flatMap(({ root }) =>
    nodesOf(root, "code").flatMap(({ lang, value }) => (lang === "sh" ? [value] : [])),
  );
  return new Set([...inline, ...blocks].flatMap(linesOf).flatMap(namedBy));
}

/** The commands that the tests of blocks run. */
export function namedInBlocksThatRun(): Named[] {
  const blocks = documents.flatMap(blocksOf).filter((block) => block.language === "sh" && !isNotRun(block));
  return blocks.flatMap(({ code }) => linesOf(code)).flatMap(namedBy);
}
