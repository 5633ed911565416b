import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";

/** The names a pattern finds in a source. */
function namesIn(path: string, pattern: RegExp): string[] {
  return [...readFileSync(path, "utf8").matchAll(pattern)].map(([, name]) => name!);
}

/** The first cells of the tables in a document. */
function rowsOf(path: string): string[] {
  return namesIn(path, /^\| `([\w-]+)`/gm);
}

test("docs/migration-from-v86.md has every option and every event", () => {
  const options = namesIn("src/v86/options.ts", /^ {2}(\w+): .*,$/gm);
  const events = namesIn("src/balloon/events.ts", /^ {2}"?([\w-]+)"?: true,/gm);
  expect(options).toContain("silentDeflate");
  expect(events).toContain("inflate");
  const rows = rowsOf("docs/migration-from-v86.md");
  expect([...options, ...events].filter((name) => !rows.includes(name))).toEqual([]);
});

test("the picture in ARCHITECTURE.md has every folder of src", () => {
  const drawn = namesIn("docs/images/layers.svg", /class="name"[^>]*>(\w+)</g);
  const folders = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).filter((name) => !drawn.includes(name))).toEqual([]);
});

test("README.md gives the same numbers as the pages it links to", () => {
  const [statements] = namesIn("CONFORMANCE.md", /^Of (\d+) statements/gm);
  const [bugs] = namesIn("test/known-bugs/README.md", /^bugs (\d+) have tests/gm);
  const readme = readFileSync("README.md", "utf8");
  expect(readme).toContain(`${statements!} statements of the specification`);
  expect(readme).toContain(`${bugs!} [bugs of other balloons]`);
});
