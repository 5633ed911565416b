import { cpus } from "node:os";
import { launchBrowser } from "../browser/browser.ts";
import { BrowserUnavailableError } from "../browser/find.ts";
import type { BrowserName } from "../browser/find.ts";
import { LinuxUnavailableError } from "../linux/unavailable.ts";
import type { CommandResult } from "../../src/cli/cli.ts";
import { ExitCode, UnavailableError } from "../../src/cli/errors.ts";
import type { Screen } from "../../src/cli/terminal/screen.ts";
import { PARTS } from "./parts.ts";
import type { PartName } from "./parts.ts";
import { printHead, printRow } from "./print.ts";
import { isReached } from "./rows.ts";
import type { Row } from "./rows.ts";

/** What is to be measured. */
export interface Asked {
  readonly browsers: readonly BrowserName[];
  readonly parts: readonly PartName[];
  readonly runs: number;
}

/** One browser's part of the result. */
interface InBrowser {
  readonly browser: string;
  readonly rows: readonly (Row & { readonly reached: boolean })[];
  /** What the rows were made from. */
  readonly runs: Partial<Record<PartName, readonly object[]>>;
  readonly notes: readonly string[];
}

/** Measures what a browser's tab takes and gives back. Fails if a row is not within its limit. */
export async function runTab(screen: Screen, asked: Asked): Promise<CommandResult> {
  const [{ model } = { model: "unknown" }] = cpus();
  const machine = `${cpus().length} cores, ${model.trim()}`;
  screen.line("machine", machine);
  const browsers: InBrowser[] = [];
  const skipped: string[] = [];
  const skip = (reason: string): void => {
    screen.line("skipped", reason);
    skipped.push(reason);
  };
  for (const name of asked.browsers) {
    const version = await versionOf(name, skip);
    if (version !== undefined) browsers.push(await measure(screen, name, version, asked, skip));
  }
  if (browsers.length === 0) throw new UnavailableError(skipped.join("; "));
  const reached = browsers.every(({ rows }) => rows.every((row) => row.reached));
  const exitCode = reached ? ExitCode.OK : ExitCode.FAILED;
  return { exitCode, result: { machine, runs: asked.runs, browsers, skipped } };
}

async function versionOf(name: BrowserName, skip: (reason: string) => void): Promise<string | undefined> {
  try {
    const browser = await launchBrowser({ name });
    const version = await browser.version();
    await browser.close();
    return version;
  } catch (error) {
    if (!(error instanceof BrowserUnavailableError)) throw error;
    skip(error.message);
    return undefined;
  }
}

async function measure(
  screen: Screen,
  name: BrowserName,
  browser: string,
  { parts, runs }: Asked,
  skip: (reason: string) => void,
): Promise<InBrowser> {
  printHead(screen, browser);
  const rows: (Row & { reached: boolean })[] = [];
  const notes: string[] = [];
  const all: Partial<Record<PartName, readonly object[]>> = {};
  for (const part of parts) {
    screen.progress("measuring", part);
    try {
      const measured = await PARTS[part](name, runs);
      all[part] = measured.runs;
      for (const row of measured.rows) {
        printRow(screen, row);
        rows.push({ ...row, reached: isReached(row) });
      }
      if (measured.note !== undefined) {
        screen.line("note", measured.note);
        notes.push(measured.note);
      }
    } catch (error) {
      if (!(error instanceof LinuxUnavailableError)) throw error;
      skip(error.message);
    }
  }
  return { browser, rows, runs: all, notes };
}
