import type { Plugin } from "vite";
import { describe, expect, test } from "vitest";
import { linksTo } from "../../demo/links.ts";
import { linuxFolder } from "../../demo/linux-folder.ts";
import { linux } from "../linux/gate.ts";

describe("the links at the top of the demo page", () => {
  test("lead to what package.json names", () => {
    const repository = { url: "git+https://example.org/ballonet.git" };
    expect(linksTo({ homepage: "https://example.org/", repository })).toBe(
      '<nav aria-label="More"><a href="https://example.org/">Guide</a> <a href="https://example.org/ballonet">Source</a></nav>',
    );
    expect(linksTo({ repository: "https://example.org/b" })).toContain('href="https://example.org/b"');
  });

  test("lead to copies beside the page if it names nothing", () => {
    expect(linksTo({})).toMatch(/href="\.\/guide\.txt".*href="\.\/source\.txt"/);
  });
});

describe("the demo page's Linux folder", () => {
  /** The files that a build in this mode writes for Linux, with their sizes. */
  async function builtIn(mode: string): Promise<Record<string, number>> {
    const files: Record<string, number> = {};
    const plugin = linuxFolder() as Plugin & {
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

  test("says that there is no Linux in a page as it is usually built", async () => {
    expect(await builtIn("production")).toEqual({ "linux/index.json": "null".length });
  });

  test.skipIf(!linux.available)(`has all that Linux needs with --mode linux${linux.note}`, async () => {
    const files = await builtIn("linux");
    expect(Object.keys(files).sort()).toEqual(
      ["bios.bin", "index.json", "initrd.gz", "vmlinuz"].map((name) => `linux/${name}`),
    );
    expect(files["linux/vmlinuz"]).toBeGreaterThan(2 ** 20);
    expect(files["linux/initrd.gz"]).toBeGreaterThan(100_000);
  });
});
