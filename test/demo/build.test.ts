import type { Plugin } from "vite";
import { describe, expect, test } from "vitest";
import { copiesFor, linksTo } from "../../demo/links.ts";
import { linuxFolder } from "../../demo/linux-folder.ts";
import { repositoryUrl } from "../../demo/repository.ts";
import { linux } from "../linux/gate.ts";

describe("the links at the top of the demo page", () => {
  test("lead to what package.json names, and need no copies then", () => {
    const repository = { url: "git+https://example.org/ballonet.git" };
    const places = { homepage: "https://example.org/", repository };
    expect(linksTo(places)).toBe(
      '<nav aria-label="More"><a href="https://example.org/">Guides</a> <a href="https://example.org/ballonet">Source</a></nav>',
    );
    expect(copiesFor(places)).toEqual([]);
    expect(linksTo({ repository: "https://example.org/b" })).toContain(
      'href="https://example.org/b#readme">Guides',
    );
  });

  test("lead to copies beside the page if it names nothing", () => {
    for (const places of [{}, { homepage: "../index.html" }, { repository: "./here" }]) {
      const local = [...linksTo(places).matchAll(/href="([^"]*)"/g)].map(([, url]) => url!);
      expect(local.filter((url) => !url.startsWith(".."))).toEqual(
        copiesFor(places).map(({ fileName }) => fileName),
      );
    }
    expect(copiesFor({})).toHaveLength(2);
    expect(copiesFor({ homepage: "../index.html" })).toHaveLength(1);
  });
});

test.each([
  ["owner/name", "https://github.com/owner/name"],
  ["gitlab:owner/name", "https://gitlab.com/owner/name"],
  ["https://example.org/a/b", "https://example.org/a/b"],
  ["git+https://example.org/a/b.git", "https://example.org/a/b"],
  ["git+ssh://git@example.org:22/a/b.js.git", "https://example.org/a/b.js"],
  ["git@example.org:a/b.git", "https://example.org/a/b"],
  ["git://example.org/a/b", "https://example.org/a/b"],
  ["gist:0123", undefined],
  ["../ballonet", undefined],
  ["", undefined],
])("package.json's repository %j is the page %j", (named, page) => {
  expect(repositoryUrl(named)).toBe(page);
});

describe("the demo page's Linux folder", () => {
  /** The files that a build in this mode writes for Linux, with their sizes. */
  async function builtIn(mode: string, ownKernel?: string): Promise<Record<string, number>> {
    const files: Record<string, number> = {};
    const plugin = linuxFolder(ownKernel) as Plugin & {
      configResolved: (config: { mode: string }) => void;
      generateBundle: (this: object) => Promise<void>;
    };
    plugin.configResolved({ mode });
    await plugin.generateBundle.call({
      emitFile: ({ fileName, source }: { fileName: string; source: string | Uint8Array }) => {
        files[fileName] = source.length;
      },
    });
    return files;
  }

  test("gets no Linux as the page is usually built, nor where someone has put one", async () => {
    expect(await builtIn("production")).toEqual({});
    expect(await builtIn("linux", import.meta.filename)).toEqual({});
  });

  test.skipIf(!linux.available)(`has all that Linux needs with --mode linux${linux.note}`, async () => {
    const files = await builtIn("linux", "/nothing");
    expect(Object.keys(files).sort()).toEqual(
      ["bios.bin", "cmdline.txt", "initrd.gz", "vmlinuz"].map((name) => `linux/${name}`),
    );
    expect(files["linux/vmlinuz"]).toBeGreaterThan(2 ** 20);
    expect(files["linux/initrd.gz"]).toBeGreaterThan(100_000);
  });
});
