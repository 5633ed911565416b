import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, inject, test } from "vitest";

const { folder, installed } = inject("consumer");
const PROGRAM = `import { Balloon } from "ballonet";
import { PageTracker } from "ballonet/tracker";
import { attachBalloon } from "ballonet/v86";
export const used = [attachBalloon, new PageTracker(64).inflateRange(0, 1), Balloon];
`;

interface Answer {
  readonly command?: string;
  readonly body?: readonly { readonly file: string; readonly start: { readonly line: number } }[];
}

/** Asks TypeScript's server, as an editor does, where the first definition of each name is. */
async function definitionsOf(file: string, names: readonly string[]): Promise<string[]> {
  const server = spawn(process.execPath, [
    "node_modules/typescript/lib/tsserver.js",
    "--disableAutomaticTypingAcquisition",
  ]);
  const ask = (command: string, args: object): void => {
    server.stdin.write(`${JSON.stringify({ seq: 1, type: "request", command, arguments: args })}\n`);
  };
  ask("open", { file });
  const text = PROGRAM.split("\n");
  for (const name of names) {
    const line = text.findLastIndex((each) => each.includes(name));
    ask("definition", { file, line: line + 1, offset: text[line]!.lastIndexOf(name) + 1 });
  }
  const found: string[] = [];
  for await (const said of createInterface(server.stdout)) {
    if (!said.startsWith("{")) continue;
    const { command, body } = JSON.parse(said) as Answer;
    if (command !== "definition") continue;
    const [first] = body ?? [];
    found.push(first ? `${first.file}:${first.start.line}` : "none");
    if (found.length === names.length) break;
  }
  server.kill();
  await once(server, "close");
  return found;
}

test("an editor that goes to a definition opens the source", async () => {
  const file = join(folder, "definitions.mts");
  writeFileSync(file, PROGRAM);
  const lineOf = (source: string, line: RegExp): string => {
    const path = join(installed, source);
    return `${path}:${
      readFileSync(path, "utf8")
        .split("\n")
        .findIndex((each) => line.test(each)) + 1
    }`;
  };
  expect(await definitionsOf(file, ["Balloon", "inflateRange", "attachBalloon"])).toEqual([
    lineOf("src/balloon/balloon.ts", /^export class Balloon /),
    lineOf("src/tracker/page-tracker.ts", /^ {2}inflateRange\(/),
    lineOf("src/v86/attach-balloon.ts", /^export function attachBalloon\(/),
  ]);
});
