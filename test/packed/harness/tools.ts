import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { inject } from "vitest";

/** A file of ../tools/node_modules. */
export interface Tool {
  readonly path: string;
  readonly available: boolean;
  /** For the title of a suite: empty, or why it is skipped. */
  readonly note: string;
}

/**
 * The tool at `file` of ../tools/node_modules. Used as `describe.skipIf(!tool.available)(\`…${tool.note}\`, …)`. With
 * `BALLONET_REQUIRE_RUNTIMES=1`, a missing tool is an error instead of a skip.
 */
export function tool(file: string): Tool {
  const path = resolve("test/packed/tools/node_modules", file);
  if (existsSync(path)) return { path, available: true, note: "" };
  const reason = inject("noTools") || `${file} was not installed for ${process.platform} on ${process.arch}`;
  if (process.env.BALLONET_REQUIRE_RUNTIMES === "1") throw new Error(reason);
  return { path, available: false, note: ` [skipped: ${reason}]` };
}
