import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Block } from "./documents.ts";

/** Blocks that a reader puts into one file: the first one imports, and the next ones continue it. Notes mark a block that continues although it imports. */
export interface Program {
  readonly path: string;
  readonly line: number;
  readonly source: string;
  /** What the document says the program prints; undefined if it says nothing. */
  readonly output: string | undefined;
}

/** Inside the package, so that programs can import it by its name. */
const FOLDER = ".cache/docs";

const examples = readdirSync("examples").map((name) => readFileSync(join("examples", name), "utf8"));

/** Shown from a file of examples/, which has its own tests. */
export function isExcerpt({ code }: Block): boolean {
  return examples.some((example) => example.includes(code));
}

export function isNotRun({ note }: Block): boolean {
  return /^not run: \S/.test(note);
}

/** The programs in the blocks of one document. */
export function programsOf(blocks: readonly Block[]): Program[] {
  const programs: Program[] = [];
  blocks.forEach((block, i) => {
    const before = blocks[i - 1];
    if (isRunnable(block)) {
      if (begins(block) || programs.length === 0) programs.push(programOf(block));
      else programs.push(continued(programs.pop()!, block));
    } else if (block.language === "text" && before !== undefined && isRunnable(before)) {
      programs.push(printing(programs.pop()!, block));
    }
  });
  return programs;
}

export function isRunnable(block: Block): boolean {
  return block.language === "js" && !isNotRun(block) && !isExcerpt(block);
}

function begins({ code, note }: Block): boolean {
  return /^import /m.test(code) && note !== "goes on";
}

function programOf({ path, line, code, note }: Block): Program {
  const setup = /^with (\S+)$/.exec(note)?.[1];
  const source = setup === undefined ? code : `${readFileSync(setup, "utf8")}\n${code}`;
  return { path, line, source, output: undefined };
}

function continued(program: Program, { code }: Block): Program {
  return { ...program, source: `${program.source}\n${code}` };
}

function printing(program: Program, { code }: Block): Program {
  return { ...program, output: `${program.output ?? ""}${code}\n` };
}

/** Writes a block or program to a file of its own; returns its path. */
export function writeSource(path: string, line: number, extension: string, source: string): string {
  const file = join(FOLDER, `${path.replaceAll("/", "-")}-${line}.${extension}`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, source);
  return file;
}
