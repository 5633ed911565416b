import { cpSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { browser } from "./harness/browser.ts";
import { shownAt } from "./harness/page.ts";
import { runIn } from "./harness/run.ts";
import { serving } from "../../rig/browser/serve.ts";

const { folder, installed } = inject("consumer");
const beside = join(folder, "script");

describe("with v86 as the only other package installed,", () => {
  beforeAll(() => {
    cpSync(installed, join(beside, "node_modules/ballonet"), { recursive: true });
    cpSync("node_modules/v86", join(beside, "node_modules/v86"), { recursive: true });
  });

  test("the command boots its guest, and both sides agree", async () => {
    const { stdout } = await runIn(beside, process.execPath, "node_modules/ballonet/bin/ballonet.js", "demo");
    expect(stdout).toMatch(/^agree +guest and host: ballooned 6000,/m);
  });

  test.skipIf(!browser.available)(
    `a page without modules boots a guest, inflates and compacts${browser.note}`,
    async () => {
      const shown = await serving(beside, (url) => shownAt(`${url}/index.html`));
      const outcome = { negotiation: "accepted", ballooned: 4, compacted: true, stillBallooned: 4 };
      expect(shown).toEqual({ outcome, errors: [] });
    },
  );
});

describe("the script for pages without modules", () => {
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<string, string>;
  const script = manifest.unpkg!;

  test("is the file that CDNs serve", () => {
    expect(script).toBe("./dist/ballonet.min.js");
    expect(manifest.jsdelivr).toBe(script);
  });

  test("has a source map of modules that are published beside it", () => {
    const [, name] = /\/\/# sourceMappingURL=(.+)\s*$/.exec(readFileSync(join(installed, script), "utf8"))!;
    const map = join(installed, dirname(script), name!);
    const { sources } = JSON.parse(readFileSync(map, "utf8")) as { sources: string[] };
    expect(sources.sort()).toEqual(["shared/core.js", "shared/tracker.js", "shared/v86.js"]);
    for (const source of sources) expect(readFileSync(join(dirname(map), source), "utf8")).not.toBe("");
  });

  test("has everything from `ballonet` and `ballonet/v86`", async () => {
    const { runInNewContext } = await import("node:vm");
    const global: { ballonet?: object } = {};
    runInNewContext(`${readFileSync(join(installed, script), "utf8")}\nthis.ballonet = ballonet;`, global);
    const modules = [await import("../../src/entries/index.ts"), await import("../../src/entries/v86.ts")];
    expect(Object.keys(global.ballonet!).sort()).toEqual(modules.flatMap(Object.keys).sort());
  });
});
