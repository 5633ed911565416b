import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { pinned } from "../balloon/harness.ts";

const COUNTERS = resolve("src/balloon/counters.ts");
const HOST = resolve("src/lock/host-calls.ts");

/** What the demo page does not show. */
const NOT_ON_THE_PAGE: Readonly<Record<string, string>> = {
  frames: "the page takes the size from its settings",
  pinned: "the page has a switch for it",
  keptLockedFrames: "the map draws the locks themselves, frame by frame",
  chains: "it is for who writes an emulator",
  notifications: "it is for who writes an emulator",
  diagnosis: "it is for who writes an emulator",
  pfnBytes: "the page's guests send 4-byte PFNs",
};

function membersOf(path: string, name: string): readonly ts.TypeElement[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found = source.statements.find((each) => ts.isInterfaceDeclaration(each) && each.name.text === name);
  return (found as ts.InterfaceDeclaration).members;
}

const nameOf = (member: ts.TypeElement): string => member.name!.getText();
const members = membersOf(COUNTERS, "BalloonCounters");
const fields = members.map(nameOf);

/** The files of the demo page that use a field of the counters. */
function usersOnThePage(service: ts.LanguageService, member: ts.TypeElement): string[] {
  const places = service.getReferencesAtPosition(COUNTERS, member.name!.getStart()) ?? [];
  return places.map(({ fileName }) => fileName).filter((name) => name.startsWith(resolve("demo/src")));
}

function pageService(): ts.LanguageService {
  const { config } = ts.readConfigFile("demo/tsconfig.json", (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, resolve("demo"));
  return ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: () => "0",
    getScriptSnapshot: (path) => ts.ScriptSnapshot.fromString(ts.sys.readFile(path) ?? ""),
    getCurrentDirectory: () => resolve("demo"),
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: (path) => ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
  });
}

describe("every field of counters()", () => {
  test("is one of the type", () => {
    expect(Object.keys(pinned().device.counters()).sort()).toEqual([...fields].sort());
  });

  test("has a docstring, those of its host calls too", () => {
    const all = [...members, ...membersOf(HOST, "LockCounters")];
    expect(all.filter((member) => ts.getJSDocCommentsAndTags(member).length === 0).map(nameOf)).toEqual([]);
  });

  // test/cli/report.test.ts: and the command prints it.
  test("is in docs/embedding.md", () => {
    const [, section = ""] = readFileSync("docs/embedding.md", "utf8").split("\n## What it counts\n");
    expect(fields.filter((field) => !section.includes(`\`${field}\``))).toEqual([]);
  });

  test("is on the demo page, or has a reason why not", () => {
    const service = pageService();
    const missing = members.filter((member) => usersOnThePage(service, member).length === 0).map(nameOf);
    expect(missing.sort()).toEqual(Object.keys(NOT_ON_THE_PAGE).sort());
  });
});
