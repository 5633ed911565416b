import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "vite";
import { repositoryUrl } from "./repository.ts";

const ROOT = join(import.meta.dirname, "..");

/** The parts of package.json that say where the project is. */
export interface Places {
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

/** A file beside the page, for a page that has nowhere else to link to. */
interface Copy {
  readonly fileName: string;
  readonly of: string;
  readonly text: string;
}

const GUIDE: Copy = { fileName: "readme.txt", of: "README.md", text: "README" };
const SOURCE: Copy = {
  fileName: "attach.txt",
  of: "demo/src/machine/attach.ts",
  text: "attach.ts",
};
const COPIES = [GUIDE, SOURCE];

/**
 * Puts links to the guides and the source into the page. They lead to `homepage` and `repository` of package.json, and
 * while these are not set to copies beside the page. In the mode "site" the guides are around the page.
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
      for (const copy of copiesFor(places))
        this.emitFile({ type: "asset", fileName: copy.fileName, source: await textOf(copy) });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? "", "http://localhost");
        const copy = copiesFor(places).find(({ fileName }) => pathname === `/${fileName}`);
        if (copy === undefined) next();
        else textOf(copy).then((text) => response.end(text), next);
      });
    },
  };
}

/** The page's links, as HTML. */
export function linksTo(places: Places): string {
  const { guides, source } = targetsOf(places);
  const links = [
    guides === undefined ? linkTo(GUIDE.fileName, GUIDE.text) : linkTo(guides, "Guides"),
    source === undefined ? linkTo(SOURCE.fileName, SOURCE.text) : linkTo(source, "Source"),
  ];
  return `<nav aria-label="More">${links.join(" ")}</nav>`;
}

/** The copies that the links lead to. */
export function copiesFor(places: Places): readonly Copy[] {
  const { guides, source } = targetsOf(places);
  return COPIES.filter((copy) => (copy === GUIDE ? guides : source) === undefined);
}

interface Targets {
  readonly guides: string | undefined;
  readonly source: string | undefined;
}

function targetsOf({ homepage, repository }: Places): Targets {
  const source = repositoryUrl(typeof repository === "object" ? repository.url : repository);
  return { guides: homepage ?? (source && `${source}#readme`), source };
}

function linkTo(href: string, text: string): string {
  return `<a href="${href.replaceAll('"', "%22")}">${text}</a>`;
}

/** The file with a byte order mark, because servers do not say that a .txt file is in UTF-8. */
async function textOf({ of }: Copy): Promise<string> {
  return `\ufeff${await readFile(join(ROOT, of), "utf8")}`;
}
