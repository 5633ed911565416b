import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}
const read = (path: string): Manifest => JSON.parse(readFileSync(path, "utf8")) as Manifest;

test("docs/runtimes.md names the versions that are tested", () => {
  const docs = readFileSync("docs/runtimes.md", "utf8");
  const { devDependencies, optionalDependencies } = read("test/packed/tools/package.json");
  const versions = [
    read("package.json").devDependencies.v86!,
    ...Object.values({ ...devDependencies, ...optionalDependencies }),
  ];
  expect(versions.filter((version) => !docs.includes(version.replace(/^npm:.*@/, "")))).toEqual([]);
});
