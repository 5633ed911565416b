import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { expectedOutcome } from "./harness/expected.ts";
import { environment, run } from "./harness/run.ts";
import { tool } from "./harness/tools.ts";

const { folder } = inject("consumer");
const esbuild = tool("esbuild/bin/esbuild");
const workerd = tool("@cloudflare/workerd-linux-64/bin/workerd");

/** The answer of the Worker that workers.capnp describes. */
async function answer(): Promise<unknown> {
  const server = spawn(workerd.path, ["serve", "workers/workers.capnp", "--control-fd=1"], {
    cwd: folder,
    env: environment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      server.stdout.on("data", (chunk) => {
        const listening = /"port":(\d+)/.exec(String(chunk));
        if (listening) resolve(listening[1]!);
      });
      server.on("exit", () => {
        reject(new Error("workerd ended before it listened"));
      });
    });
    return await (await fetch(`http://127.0.0.1:${port}`)).json();
  } finally {
    server.kill();
  }
}

describe.skipIf(!workerd.available || !esbuild.available)(
  `Cloudflare Workers${workerd.note}${esbuild.note}`,
  () => {
    test("run the program once they have prepared the engine, and say so before", async () => {
      const { stderr } = await run(
        esbuild.path,
        join("workers", "worker.js"),
        "--bundle",
        "--format=esm",
        "--external:ballonet/engine.wasm",
        "--outfile=workers/built.js",
        "--log-level=warning",
      );
      expect(stderr).toBe("");
      expect(await answer()).toEqual({
        refused: expect.stringMatching(/^CompileError: .*PageTracker\.prepare/) as string,
        outcome: expectedOutcome(),
        zeros: 8192,
      });
    });
  },
);
