import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { installConsumer } from "./consumer.ts";
import type { Consumer } from "./consumer.ts";
import { installTools } from "./install-tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    consumer: Consumer;
    /** Why there are no tools; empty when there are. */
    noTools: string;
  }
}

/** Once for all tests of this folder: packs the package and installs it as its users do. Returns the clean-up. */
export default function setup(project: TestProject): () => void {
  execFileSync(process.execPath, ["scripts/ensure.mjs"]);
  // Outside the repository, where nothing but the package can be resolved.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ballonet-packed-")));
  project.provide("consumer", installConsumer(folder));
  project.provide("noTools", installTools());
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
