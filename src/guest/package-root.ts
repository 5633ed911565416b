import { createRequire } from "node:module";
import { dirname } from "node:path";

/** The folder of this package. Resolved by name, since sources and bundles lie at different depths. */
export function packageRoot(): string {
  return dirname(createRequire(import.meta.url).resolve("ballonet/package.json"));
}
