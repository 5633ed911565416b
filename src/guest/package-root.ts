import { createRequire } from "node:module";
import { dirname } from "node:path";

/** Returns the folder of this package. It is resolved by name, because sources and bundles are at different depths. */
export function packageRoot(): string {
  return dirname(createRequire(import.meta.url).resolve("ballonet/package.json"));
}
