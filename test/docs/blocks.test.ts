import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { calls } from "../node/gate.ts";
import { blocksOf, documents } from "./documents.ts";
import type { Block } from "./documents.ts";
import { isExcerpt, isNotRun, isRunnable, programsOf, writeSource } from "./programs.ts";
import { runFile, runShell } from "./run.ts";
import { typeErrors } from "./types.ts";

/** "text" is output; a fence without a language is a drawing. */
const LANGUAGES = ["html", "js", "ts", "sh", "text", "mermaid", ""];

const blocks = documents.flatMap(blocksOf);
const programs = documents.map(blocksOf).flatMap(programsOf);
const shell = blocks.filter((block) => block.language === "sh" && !isNotRun(block));
/** All other lines install, build or take minutes, so they must say that they are not run. */
const isCheap = ({ code }: Block): boolean =>
  code.split("\n").every((line) => /^(source <\()?npx ballonet |^node /.test(line));
const inLanguage = (language: string): Block[] => blocks.filter((block) => block.language === language);

test("every block says what it is", () => {
  const odd = blocks.filter(({ language, note }) => {
    return !LANGUAGES.includes(language) || !/^$|^not run: \S|^with \S+$|^goes on$/.test(note);
  });
  expect(odd).toEqual([]);
});

test("the pages have programs, shell lines and types", () => {
  expect(programs.length).toBeGreaterThan(9);
  expect(blocks.filter((block) => block.language === "js" && isExcerpt(block)).length).toBeGreaterThan(1);
  expect(inLanguage("ts").length).toBeGreaterThan(0);
});

describe("programs", { timeout: 120_000 }, () => {
  test.for(programs)("$path:$line runs and prints what the page says", async (program, { skip }) => {
    skip(program.source.includes('"ballonet/node"') && !calls.available, calls.note);
    const file = writeSource(program.path, program.line, "mjs", program.source);
    const { stdout, stderr, status } = await runFile(file, program.output);
    expect(stderr).toBe("");
    if (program.output !== undefined) expect(stdout).toBe(program.output);
    expect(status ?? 0).toBe(0);
  });

  test.for(inLanguage("js").filter((block) => !isRunnable(block)))("$path:$line is JavaScript", (block) => {
    const file = writeSource(block.path, block.line, "mjs", block.code);
    expect(runShell(`node --check ${file}`).stderr).toBe("");
  });
});

describe("shell lines", { timeout: 120_000 }, () => {
  test("say why they are not run, unless they are cheap", () => {
    expect(shell.filter((block) => !isCheap(block))).toEqual([]);
  });

  test.for(shell.filter(isCheap))("$path:$line runs", ({ code, path, line }) => {
    const { stdout, stderr, status } = runShell(code);
    expect(status, stderr).toBe(0);
    const next = blocks[blocks.findIndex((block) => block.path === path && block.line === line) + 1];
    if (next?.path === path && next.language === "text") expect(stdout).toBe(`${next.code}\n`);
  });

  test("use scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object };
    const text = documents.map(({ path }) => readFileSync(path, "utf8")).join("\n");
    const named = [...text.matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:]+)/g)].map(([, name]) => name!);
    expect(named).toContain("start");
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test("run files that exist", () => {
    const files = inLanguage("sh").flatMap(({ code }) => [...code.matchAll(/\bnode (\S+\.m?js)/g)]);
    expect(files.map(([, file]) => file!).filter((file) => !existsSync(file))).toEqual([]);
  });
});

test("the types in the pages compile", () => {
  const files = inLanguage("ts").map(({ path, line, code }) => writeSource(path, line, "ts", code));
  expect(typeErrors(files)).toEqual([]);
});
