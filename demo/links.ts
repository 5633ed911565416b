import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "vite";

const ROOT = join(import.meta.dirname, "..");

/** The parts of package.json that say where the project is. */
export interface Places {
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

/** Copies of files, for a page that has nowhere else to link to. */
const COPIES: Readonly<Record<string, string>> = {
  "guide.txt": "README.md",
  "source.txt": "demo/src/machine/attach.ts",
};

/**
 * Puts links to the guide and the source into the page: those of package.json, or else to copies beside the page. In
 * the mode "site", the guide is the front page of the site around the page.
 */
export function links(): Plugin {
  let places: Places = {};
  return {
    name: "links",
    async configResolved({ mode }) {
      places = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as Places;
      if (mode === "site") places = { ...places, homepage: "../index.html" };
    },
    transformIndexHtml(html) {
      return html.replace("<!-- links -->", linksTo(places));
    },
    async generateBundle() {
      for (const [fileName, path] of Object.entries(COPIES))
        this.emitFile({ type: "asset", fileName, source: await copyOf(path) });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = COPIES[new URL(request.url ?? "", "http://localhost").pathname.slice(1)];
        if (path === undefined) next();
        else copyOf(path).then((text) => response.end(text), next);
      });
    },
  };
}

/** The page's links, as HTML. */
export function linksTo({ homepage, repository }: Places): string {
  const url = typeof repository === "object" ? repository.url : repository;
  const source = url?.replace(/^git\+/, "").replace(/\.git$/, "");
  const link = (href: string, text: string): string => `<a href="${href.replaceAll('"', "%22")}">${text}</a>`;
  return `<nav aria-label="More">${link(homepage ?? "./guide.txt", "Guide")} ${link(source ?? "./source.txt", "Source")}</nav>`;
}

/** The file with a byte order mark, because servers do not say that a .txt file is in UTF-8. */
async function copyOf(path: string): Promise<string> {
  return `\ufeff${await readFile(join(ROOT, path), "utf8")}`;
}
