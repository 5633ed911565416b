import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

const SITE = "site";

interface Link {
  readonly page: string;
  readonly url: string;
}

describe("the site", () => {
  let pages: string[] = [];
  let links: Link[] = [];

  beforeAll(() => {
    execFileSync("npm", ["run", "--silent", "site"], { stdio: ["ignore", "ignore", "inherit"] });
    pages = readdirSync(SITE, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".html"))
      .map((path) => join(SITE, path));
    links = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\s(?:href|src)="([^"]*)"/g)]
        .map(([, url]) => ({ page, url: url!.replaceAll("&amp;", "&") }))
        .filter(({ url }) => !/^(https?|data|mailto):/.test(url)),
    );
  }, 240_000);

  test("has the demo, every guide and every entry of the package", () => {
    const titles = pages.map((page) => /<title>(.*?)<\/title>/.exec(readFileSync(page, "utf8"))?.[1]);
    for (const guide of readdirSync("docs").filter((name) => name.endsWith(".md"))) {
      const heading = /^# (.+)$/m.exec(readFileSync(join("docs", guide), "utf8"))![1]!;
      expect(titles).toContain(`${heading.replaceAll("'", "&#39;")} | ballonet`);
    }
    for (const entry of readdirSync("src/entries"))
      expect(titles).toContain(`ballonet/${entry.replace(".ts", "")} | ballonet`.replace("/index", ""));
    expect(existsSync(join(SITE, "demo/index.html"))).toBe(true);
  });

  test("has only links that lead somewhere, also from a subfolder of a host", () => {
    expect(links.length).toBeGreaterThan(1000);
    expect(links.filter(({ url }) => url.startsWith("/"))).toEqual([]);
    expect(links.filter(({ page, url }) => !leads(page, url))).toEqual([]);
  });

  test("leads back from the demo to the guide", () => {
    expect(links).toContainEqual({ page: join(SITE, "demo/index.html"), url: "../index.html" });
  });
});

function pathOf(url: string): string {
  return url.replace(/[?#].*/, "");
}

/** Whether the file of a link exists, and has the part that the link names. */
function leads(page: string, url: string): boolean {
  const path = pathOf(url);
  const fragment = url.includes("#") ? decodeURIComponent(url.slice(url.indexOf("#") + 1)) : "";
  const file = path === "" ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(file) || !statSync(file).isFile()) return false;
  return fragment === "" || readFileSync(file, "utf8").includes(`id="${fragment}"`);
}
