import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { browser } from "./harness/browser.ts";
import { expectedOutcome } from "./harness/expected.ts";
import { htmlOf, shownAt } from "./harness/page.ts";
import { run } from "./harness/run.ts";
import { serving } from "../../rig/browser/serve.ts";
import { tool } from "./harness/tools.ts";

const esbuild = tool("esbuild/bin/esbuild");
const { folder } = inject("consumer");

async function shownUnder(policy: string, program: string): Promise<object> {
  const out = `under-policy/${program}`;
  await run(esbuild.path, `src/${program}`, "--bundle", "--format=esm", `--outfile=${out}`);
  const meta = `<meta http-equiv="content-security-policy" content="${policy}">`;
  writeFileSync(join(folder, `${out}.html`), meta + htmlOf(program));
  return serving(folder, (url) => shownAt(`${url}/${out}.html`));
}

describe.skipIf(!esbuild.available || !browser.available)(
  `with a Content Security Policy${esbuild.note}${browser.note},`,
  () => {
    test("the package needs nothing more than 'wasm-unsafe-eval'", async () => {
      const shown = await shownUnder("script-src 'self' 'wasm-unsafe-eval'", "page.js");
      expect(shown).toEqual({ outcome: expectedOutcome(), errors: [] });
    });

    test("and without 'wasm-unsafe-eval', code that compiles throws when used, but takes a module compiled elsewhere", async () => {
      const shown = await shownUnder("script-src 'self'", "policy.js");
      expect(shown).toEqual({
        outcome: {
          negotiated: "accepted",
          constructor: "says what to do",
          prepare: "says what to do",
          prepareFromFile: "WebAssembly.CompileError",
          prepareFromModule: "none",
          afterwards: expectedOutcome(),
          zeros: 8192,
        },
        errors: [],
      });
    });
  },
);
