import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

const BELOW_BALLOON = ["tracker", "negotiation", "lock", "host", "virtio", "memory", "options"];
const BALLOON_AND_BELOW = ["balloon", ...BELOW_BALLOON];

/** What each folder of src/ may import. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  generated: [],
  options: [],
  negotiation: ["options"],
  memory: ["generated", "options"],
  host: ["memory", "options"],
  virtio: ["memory", "options"],
  tracker: ["generated", "options"],
  node: ["host", "memory", "options"],
  lock: ["negotiation", "host", "tracker", "options"],
  balloon: BELOW_BALLOON,
  balance: ["balloon", "memory", "options"],
  trace: BALLOON_AND_BELOW,
  v86: BALLOON_AND_BELOW,
  guest: BALLOON_AND_BELOW,
  bench: ["trace", ...BALLOON_AND_BELOW],
  cli: ["bench", "v86", "trace", "guest", ...BALLOON_AND_BELOW],
  entries: ["balance", "node", "trace", "v86", ...BALLOON_AND_BELOW],
};

interface Arrow {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function folderOf(path: string): string {
  const parts = relative(SRC, path).split(sep);
  return parts.length > 1 ? parts[0]! : parts[0]!.replace(/\.ts$/, "");
}

/** The imports of a source file that lead to another folder of src/. */
function arrowsOf(file: string): Arrow[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => ({
      file: relative(SRC, file),
      from: folderOf(file),
      to: folderOf(join(dirname(file), fileName)),
    }))
    .filter(({ from, to }) => from !== to);
}

function upward({ from, to }: Arrow): boolean {
  return !(ALLOWED[from]?.includes(to) ?? false);
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(SRC, name));
const arrows = files.flatMap(arrowsOf);

/** Files elsewhere that import from a folder. */
function importersOf(folder: string, among: string): string[] {
  const from = `${fileURLToPath(new URL(`../${folder}`, import.meta.url))}${sep}`;
  const root = fileURLToPath(new URL(`../${among}`, import.meta.url));
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .filter((name) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(root, name), "utf8"), true, true);
      return importedFiles.some(({ fileName }) => join(root, dirname(name), fileName).startsWith(from));
    });
}

describe("imports between the folders of src", () => {
  test("follow the layers: no import goes up", () => {
    expect(arrows.filter(upward)).toEqual([]);
  });

  test("name every folder of src", () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !(folder in ALLOWED))).toEqual([]);
  });

  test("include the ones that hold the device together", () => {
    const seen = new Set(arrows.map(({ from, to }) => `${from} -> ${to}`));
    const expected = ["tracker -> generated", "lock -> tracker", "lock -> host", "v86 -> balloon"];
    expect(expected.filter((arrow) => !seen.has(arrow))).toEqual([]);
    expect([...BELOW_BALLOON].filter((folder) => !seen.has(`balloon -> ${folder}`))).toEqual([]);
  });

  test("keep the package apart from the rig, and the rig apart from the tests", () => {
    expect(importersOf("rig", "src")).toEqual([]);
    expect(importersOf("test", "rig")).toEqual([]);
    expect(importersOf("rig/linux", "test/linux")).toContain("machine.ts");
  });

  test("keep the demo page apart from the commands", () => {
    expect(importersOf("src/cli", "demo/src")).toEqual([]);
    expect(importersOf("rig", "demo/src")).toEqual([]);
    expect(importersOf("src/guest", "demo/src")).not.toEqual([]);
  });

  test("would show an arrow that goes up", () => {
    expect(upward({ file: "", from: "virtio", to: "balloon" })).toBe(true);
    expect(upward({ file: "", from: "balloon", to: "generated" })).toBe(true);
    expect(upward({ file: "", from: "balloon", to: "virtio" })).toBe(false);
  });
});
