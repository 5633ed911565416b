import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const { devDependencies, optionalDependencies } = JSON.parse(
  readFileSync("test/packed/tools/package.json", "utf8"),
) as Record<string, Record<string, string>>;

test("docs/runtimes.md names the versions that are tried", () => {
  const docs = readFileSync("docs/runtimes.md", "utf8");
  const versions = Object.values({ ...devDependencies, ...optionalDependencies, "webpack-cli": "" });
  expect(versions.filter((version) => !docs.includes(version.replace(/^npm:.*@/, "")))).toEqual([]);
});
