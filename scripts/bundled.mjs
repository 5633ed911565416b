// Names and licences of the libraries that the build bundles, so that the package has no dependencies.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const NOTICE = "dist/licenses.txt";
const INSIDE = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/;

/** The name of the library that a module belongs to, as a file name, or null. */
export const libraryOf = (id) => INSIDE.exec(id)?.[2].replace(/^@/, "").replace(/[\\/]/g, "-") ?? null;

/** Writes the licences of bundled libraries to licenses.txt. A library without a licence fails the build. */
export function bundledLibraries() {
  return {
    name: "bundled-libraries",
    generateBundle(_options, bundle) {
      const ids = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
      const folders = new Set(ids.map((id) => INSIDE.exec(id)?.[1]).filter(Boolean));
      const source = [...folders]
        .sort()
        .map(noticeOf)
        .join(`\n${"-".repeat(80)}\n\n`);
      this.emitFile({ type: "asset", fileName: "licenses.txt", source });
    },
  };
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.md|\.txt)?$/i.test(each));
  if (license === undefined || file === undefined) throw new Error(`${name} has no licence for ${NOTICE}`);
  return `${name} ${version}, ${license}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
