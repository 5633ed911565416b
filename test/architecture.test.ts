import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

const BELOW_DEVICE = ["tracker", "negotiation", "lock", "host", "virtio", "options"];
const DEVICE_AND_BELOW = ["device", ...BELOW_DEVICE];

/** What each folder of src/ may import; "index" is src/index.ts. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  generated: [],
  options: [],
  negotiation: ["options"],
  host: ["generated", "options"],
  virtio: ["options"],
  tracker: ["generated", "options"],
  node: ["host", "options"],
  lock: ["negotiation", "host", "tracker", "options"],
  device: BELOW_DEVICE,
  balance: ["device", "host", "options"],
  trace: DEVICE_AND_BELOW,
  v86: DEVICE_AND_BELOW,
  cli: ["index", "v86", "trace", "node", ...DEVICE_AND_BELOW],
  index: ["balance", ...DEVICE_AND_BELOW],
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

describe("the direction of imports", () => {
  test("no import goes up", () => {
    expect(arrows.filter(upward)).toEqual([]);
  });

  test("every folder of src has its place", () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !(folder in ALLOWED))).toEqual([]);
  });

  test("type imports, re-exports and dynamic imports are seen", () => {
    const text = 'import type { A } from "./a.ts";\nexport * from "./b.ts";\nvoid import("./c.ts");';
    const { importedFiles } = ts.preProcessFile(text, true, true);
    expect(importedFiles.map(({ fileName }) => fileName)).toEqual(["./a.ts", "./b.ts", "./c.ts"]);
  });

  test("the arrows that hold the device together are there", () => {
    const seen = new Set(arrows.map(({ from, to }) => `${from} -> ${to}`));
    const expected = ["tracker -> generated", "lock -> tracker", "lock -> host", "v86 -> device"];
    expect(expected.filter((arrow) => !seen.has(arrow))).toEqual([]);
    expect([...BELOW_DEVICE].filter((folder) => !seen.has(`device -> ${folder}`))).toEqual([]);
  });

  test("an arrow that goes up would be found", () => {
    expect(upward({ file: "", from: "virtio", to: "device" })).toBe(true);
    expect(upward({ file: "", from: "device", to: "generated" })).toBe(true);
    expect(upward({ file: "", from: "device", to: "virtio" })).toBe(false);
  });
});
