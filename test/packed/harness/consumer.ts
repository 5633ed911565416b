import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./npm.ts";

/** A project that has installed the packed package, and nothing else. */
export interface Consumer {
  readonly folder: string;
  /** The package as it is installed. */
  readonly installed: string;
  readonly tarball: string;
}

/** Makes one in `folder`, which is empty, with the programs of ../consumer. */
export function installConsumer(folder: string): Consumer {
  // The scripts would build again while other tests use the build.
  npm(process.cwd(), "pack", "--ignore-scripts", `--pack-destination=${folder}`);
  const tarball = join(folder, readdirSync(folder)[0]!);
  cpSync("test/packed/consumer", folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm(folder, "install", "--offline", tarball);
  return { folder, installed: join(folder, "node_modules/ballonet"), tarball };
}
