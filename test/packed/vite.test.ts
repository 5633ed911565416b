import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { browser } from "./harness/browser.ts";
import { expectedOutcome } from "./harness/expected.ts";
import { shownAt } from "./harness/page.ts";
import { environment, run } from "./harness/run.ts";
import { serving } from "../../rig/browser/serve.ts";
import { tool } from "./harness/tools.ts";

const vite = tool("vite/bin/vite.js");
const { folder } = inject("consumer");
const expected = {
  outcome: { engineFile: 64, page: expectedOutcome(), worker: expectedOutcome() },
  errors: [],
};

describe.skipIf(!vite.available || !browser.available)(`Vite${vite.note}${browser.note}`, () => {
  test("serves the program, page and worker, without a build", async () => {
    const server = spawn(process.execPath, [vite.path, "--host=127.0.0.1", "--port=0"], {
      cwd: folder,
      env: environment(),
    });
    try {
      expect(await shownAt(await addressOf(server))).toEqual(expected);
    } finally {
      server.kill();
    }
  });

  test("builds the program without any warning", async () => {
    const { stdout, stderr } = await run(process.execPath, vite.path, "build", "--outDir=built-by-vite");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/built in/);
    expect(stdout).not.toMatch(/warn/i);
    const shown = await serving(join(folder, "built-by-vite"), (url) => shownAt(`${url}/index.html`));
    expect(shown).toEqual(expected);
  });
});

/** The address that the development server prints when it listens. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    server.stdout!.on("data", (chunk) => {
      printed += String(chunk);
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed);
      if (address) resolve(address[0]);
    });
    server.on("exit", () => {
      reject(new Error(`the server ended: ${printed}`));
    });
  });
}
