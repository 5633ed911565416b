import { readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";

/** The files in `folder` and below, as paths from there with `/`. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.replaceAll(sep, "/"));
}
