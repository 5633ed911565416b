import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as balance from "../src/entries/balance.ts";
import * as main from "../src/entries/index.ts";
import * as node from "../src/entries/node.ts";
import * as testing from "../src/entries/testing.ts";
import * as trace from "../src/entries/trace.ts";
import * as tracker from "../src/entries/tracker.ts";
import * as v86 from "../src/entries/v86.ts";
import * as virtio from "../src/entries/virtio.ts";

const ENTRIES: Readonly<Record<string, object>> = {
  balance,
  index: main,
  node,
  testing,
  trace,
  tracker,
  v86,
  virtio,
};
const names = new Set(Object.values(ENTRIES).flatMap((entry) => Object.keys(entry)));

/** All that a user reads to learn how to use the package. */
const pages = ["README.md", ...below("docs", ".md"), ...below("examples", "")].map((path) =>
  readFileSync(path, "utf8"),
);

function below(folder: string, end: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(end))
    .map(({ name }) => `${folder}/${name}`);
}

test("package.json has every entry, and no other", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    exports: Record<string, string | { default: string }>;
  };
  const modules = Object.values(exports).flatMap((to) => (typeof to === "string" ? [] : [to.default]));
  const files = readdirSync("src/entries").map((name) => `./dist/entries/${name.replace(/\.ts$/, ".js")}`);
  expect(modules.sort()).toEqual(files.sort());
  expect(Object.keys(ENTRIES).map((name) => `./dist/entries/${name}.js`)).toEqual(files);
});

test("no two entries export different things under one name", () => {
  const known = new Map<string, unknown>();
  for (const [name, value] of Object.values(ENTRIES).flatMap((entry) => Object.entries(entry))) {
    expect(known.get(name) ?? value, name).toBe(value);
    known.set(name, value);
  }
});

test("every exported value is shown to users", () => {
  const unused = [...names].filter((name) => !pages.some((text) => new RegExp(`\\b${name}\\b`).test(text)));
  expect(unused).toEqual([]);
  expect(names.size).toBeLessThanOrEqual(47);
});
