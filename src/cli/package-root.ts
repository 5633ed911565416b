import { createRequire } from "node:module";
import { dirname } from "node:path";

/** The folder of this package, which its sources and what is built of them are not equally deep in. */
export function packageRoot(): string {
  return dirname(createRequire(import.meta.url).resolve("ballonet/package.json"));
}
