import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { afterEach, describe, expect, test, vi } from "vitest";
import { confirm } from "../../src/cli/terminal/confirm.ts";
import type { Terminal } from "../../src/cli/terminal/confirm.ts";
import { printPageMap } from "../../src/cli/terminal/page-map.ts";
import { Screen } from "../../src/cli/terminal/screen.ts";
import { PageTracker } from "../../src/tracker/index.ts";
import { spawned } from "./ballonet.ts";

const ESCAPE = "\u001b";

/**
 * A terminal that remembers what was written to it.
 * @param environment what it says about its colours; the process's own variables, CI among them, must not matter
 */
function terminal(columns: number, environment = {}): { stream: NodeJS.WriteStream; written: () => string } {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns,
    getColorDepth: () => WriteStream.prototype.getColorDepth(environment),
  });
  const chunks: string[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => chunks.join("") };
}

describe("on a terminal", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("progress overwrites itself, never wraps, and disappears afterwards", () => {
    vi.stubEnv("TERM", "xterm-256color");
    const { stream, written } = terminal(30);
    const screen = new Screen(false, stream, stream);
    screen.progress("label", "x".repeat(100));
    expect(written()).toBe(`\rlabel     ${"x".repeat(19)}${ESCAPE}[K`);
    screen.endProgress();
    expect(written()).toMatch(/\r\S*\[K$/);
  });

  test("progress has no live line if the terminal is dumb", () => {
    vi.stubEnv("TERM", "dumb");
    const { stream, written } = terminal(80);
    new Screen(false, stream, stream).progress("label", "text");
    expect(written()).toBe("");
  });

  test("a bar shows how far a long work is, not at every step, and only on standard error", () => {
    vi.stubEnv("TERM", "xterm-256color");
    vi.useFakeTimers({ toFake: ["performance"] });
    const [out, err] = [terminal(80), terminal(80)];
    const screen = new Screen(false, out.stream, err.stream);
    const tick = screen.ticker("replay", 200);
    tick(1);
    expect(err.written()).toBe("");
    vi.advanceTimersByTime(60);
    tick(100);
    tick(101);
    const bar = "█".repeat(12) + "░".repeat(12);
    expect(err.written()).toBe(`\rreplay    ${bar} 50 %, 100 of 200${ESCAPE}[K`);
    screen.raw("text");
    expect(err.written()).toMatch(/\r\S*\[K$/);
    expect(out.written()).toBe("text\n");
    vi.useRealTimers();
  });

  test("there is no bar with --json, nor where standard error is no terminal", () => {
    vi.stubEnv("TERM", "xterm-256color");
    const { stream, written } = terminal(80);
    new Screen(true, stream, stream).progress("label", "text");
    new Screen(
      false,
      stream,
      Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream,
    ).progress("label", "text");
    expect(written()).toBe("");
  });

  test("labels have colours, unless NO_COLOR is set", () => {
    vi.stubEnv("FORCE_COLOR", undefined);
    const coloured = terminal(80, { TERM: "xterm-256color" });
    new Screen(false, coloured.stream, coloured.stream).line("agree", "text", "good");
    expect(coloured.written()).toContain(`${ESCAPE}[32magree`);
    const plain = terminal(80, { TERM: "xterm-256color", NO_COLOR: "1" });
    new Screen(false, plain.stream, plain.stream).line("agree", "text", "good");
    expect(plain.written()).toBe("agree     text\n");
  });

  test.each([20, 40, 132])("the map of memory fits %i columns", (columns) => {
    const { stream, written } = terminal(columns);
    printPageMap(new Screen(false, stream, stream), new PageTracker(1000));
    const lines = written().trimEnd().split("\n");
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([columns]));
  });
});

describe("a question", () => {
  const ask = (answer: string, isTTY = true): Promise<boolean> => {
    const input = Object.assign(new PassThrough(), { isTTY });
    const { stream } = terminal(80);
    input.end(answer);
    return confirm("Replace it?", { input, output: stream } as unknown as Terminal);
  };

  test.each([
    ["y\n", true],
    ["Yes\n", true],
    ["\n", false],
    ["n\n", false],
    ["yesterday\n", false],
    ["", false],
  ])("is answered with %j", async (answer, said) => {
    expect(await ask(answer)).toBe(said);
  });

  test("is not asked without a terminal: the answer is no", async () => {
    expect(await ask("y\n", false)).toBe(false);
  });
});

describe("in a pipe", () => {
  test("text has no escape sequences", () => {
    const { out } = spawned(["replay", "test/fixtures/inflate.vbtr"], {
      env: { ...process.env, FORCE_COLOR: undefined },
    });
    expect(out).not.toContain(ESCAPE);
    expect(out).not.toContain("\r");
  });

  test("the command ends quietly when the reader has seen enough", async () => {
    const child = spawn(process.execPath, ["bin/ballonet.js", "negotiate", "--json"]);
    child.stdout.destroy();
    const said: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    const [code] = (await once(child, "close")) as [number];
    expect({ code, err: Buffer.concat(said).toString() }).toEqual({ code: 0, err: "" });
  });
});
