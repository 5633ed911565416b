import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { describe, expect, inject, test } from "vitest";
import * as core from "../../src/entries/index.ts";
import * as v86 from "../../src/entries/v86.ts";
import { serving } from "../../rig/browser/serve.ts";
import { browser } from "./harness/browser.ts";
import { shownAt } from "./harness/page.ts";

const { folder, installed } = inject("consumer");
const { unpkg, jsdelivr } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
  unpkg: string;
  jsdelivr: string;
};
const path = join(installed, unpkg);
const code = readFileSync(path, "utf8");

describe("the script for pages without modules", () => {
  test("is what CDNs serve for the package's name", () => {
    expect([unpkg, jsdelivr]).toEqual(Array(2).fill("./dist/ballonet.min.js"));
  });

  test("makes one global, with everything from `ballonet` and `ballonet/v86`", () => {
    const page = createContext({});
    runInContext(code, page);
    expect(Object.keys(page)).toEqual(["ballonet"]);
    const names = Object.keys(page.ballonet as object);
    expect(names.sort()).toEqual([...Object.keys(core), ...Object.keys(v86)].sort());
  });

  test("has a source map, whose sources are published beside it", () => {
    const [, name] = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(code)!;
    const map = join(dirname(path), name!);
    const { sources } = JSON.parse(readFileSync(map, "utf8")) as { sources: string[] };
    expect(sources.sort()).toEqual(["shared/core.js", "shared/tracker.js", "shared/v86.js"]);
    for (const source of sources) expect(readFileSync(join(dirname(map), source))).not.toHaveLength(0);
  });

  test.skipIf(!browser.available)(
    `works beside libv86.js: a guest boots, inflates, and is compacted${browser.note}`,
    async () => {
      const files = ["libv86.js", "v86.wasm"].map((name) => [
        `/v86/${name}`,
        readFileSync(`node_modules/v86/build/${name}`),
      ]);
      const show = (url: string): Promise<unknown> => shownAt(`${url}/script/index.html`);
      const shown = await serving(folder, show, Object.fromEntries(files) as Record<string, Uint8Array>);
      const outcome = { negotiation: "accepted", ballooned: 4, compacted: true, stillBallooned: 4 };
      expect(shown).toEqual({ outcome, errors: [] });
    },
  );
});
