import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FOLDER = "test/known-bugs";
const readme = readFileSync(`${FOLDER}/README.md`, "utf8");

interface Named {
  readonly number: number;
  readonly title: string;
  readonly file: string;
}

function captures(text: string, pattern: RegExp): string[][] {
  return [...text.matchAll(pattern)].map((match) => match.slice(1));
}

/** `- **7** title ([pfns](pfns.test.ts))` */
const named: readonly Named[] = captures(readme, /^- \*\*(\d+)\*\* (.+) \(\[\w+\]\((.+)\)\)$/gm).map(
  ([number, title, file]) => ({ number: Number(number), title: title!, file: file! }),
);
/** `| 22 | … |` */
const notApplicable: readonly number[] = captures(readme, /^\| (\d+) .*\|$/gm).map(([number]) =>
  Number(number),
);

function titlesIn(file: string): string[] {
  return captures(readFileSync(`${FOLDER}/${file}`, "utf8"), /^test\(\s*"([^"]+)"/gm).map(
    ([title]) => title!,
  );
}

test("the README accounts for each of the 50 bugs, with a test or a reason", () => {
  const accounted = [...new Set(named.map(({ number }) => number)), ...notApplicable].sort((a, b) => a - b);
  expect(accounted).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
});

test("the README and the files name the same tests", () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts") && name !== "list.test.ts");
  const written = files.flatMap((file) => titlesIn(file).map((title) => `${file}: ${title}`));
  expect(named.map(({ file, title }) => `${file}: ${title}`).sort()).toEqual(written.sort());
});
