import type { DeviceClass, Verdict } from "../../negotiation/index.ts";
import type { Outcome } from "../cli.ts";
import { ExitCode, UsageError } from "../errors.ts";
import { CLASSES } from "../options.ts";
import type { Screen } from "../terminal/screen.ts";
import { caseOf } from "./cases.ts";
import type { Case } from "./cases.ts";
import { DRIVERS } from "./drivers.ts";
import type { Promised } from "./drivers.ts";

export interface Question {
  readonly class?: DeviceClass;
  readonly driver?: readonly Promised[];
  readonly silentBit: number;
  readonly legacy?: boolean;
}

/** The three classes, as the 2012 proposal tells them apart. */
const CLASS_MEANS: Readonly<Record<DeviceClass, string>> = {
  never: "does not support silent deflate at all",
  optional: "optionally supports silent deflate",
  always: "always supports silent deflate",
};

const OUTCOME_MEANS: Readonly<Record<Verdict["outcome"], string>> = {
  accept: "the guest goes on",
  refuse: "FEATURES_OK is not confirmed: the driver gives up, and the host is told why",
  "needs-reset": "a legacy driver cannot be refused: the device sets DEVICE_NEEDS_RESET and serves no queue",
};

const POLICY_MEANS: Readonly<Record<Verdict["lockPolicy"], string>> = {
  on: "memory is unlocked on inflate and locked back on deflate, before the acknowledgement",
  off: "memory stays as it is",
};

/** Explains one case, or lists those that are not told apart. */
export function runNegotiate(screen: Screen, question: Question): Outcome {
  const cases = casesOf(question);
  const [only] = cases;
  if (cases.length === 1) explain(screen, only!, question.silentBit);
  else list(screen, cases);
  return { exitCode: ExitCode.OK, result: { silentDeflateBit: question.silentBit, cases } };
}

/** Modern and legacy drivers, unless the question is about one. */
function casesOf({ class: deviceClass, driver, silentBit, legacy = false }: Question): Case[] {
  const one = deviceClass !== undefined && driver !== undefined;
  const classes = deviceClass === undefined ? CLASSES : [deviceClass];
  const drivers = driver === undefined ? DRIVERS : [driver];
  const interfaces: readonly boolean[] = one || legacy ? [legacy] : [false, true];
  try {
    return interfaces.flatMap((via) =>
      classes.flatMap((each) => drivers.map((takes) => caseOf(each, takes, silentBit, via))),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(error.message.replace("silentDeflateBit", "--silent-bit"));
  }
}

function explain(screen: Screen, { class: name, offered, taken, verdict, legacy }: Case, bit: number): void {
  const { outcome, lockPolicy, complaint, reason } = verdict;
  screen.line("device", `class ${name}: ${CLASS_MEANS[name]}`);
  screen.line("offers", named(offered, bit));
  screen.line("driver", `${legacy ? "legacy" : "modern"}, takes ${named(taken, bit)}`);
  screen.line("verdict", outcome + (complaint ? ", the driver is at fault" : ""), tone(verdict));
  screen.line("", reason);
  screen.line("", OUTCOME_MEANS[outcome]);
  if (outcome === "accept") screen.line("locks", `policy ${lockPolicy}: ${POLICY_MEANS[lockPolicy]}`);
}

function tone({ outcome, complaint }: Verdict): "good" | "bad" | undefined {
  if (outcome !== "accept") return "bad";
  return complaint ? undefined : "good";
}

function named(features: readonly string[], bit: number): string {
  if (features.length === 0) return "nothing";
  return features.join(" ").replace("SILENT_DEFLATE", `SILENT_DEFLATE (bit ${bit})`);
}

/** A table where it fits, and a line for each case with a line for its reason where not. */
function list(screen: Screen, cases: readonly Case[]): void {
  const rows = cases.map(({ class: name, legacy, taken, verdict }) => [
    name,
    legacy ? "legacy" : "modern",
    taken.join(" + ") || "neither bit",
    verdict.outcome + (verdict.complaint ? " (!)" : ""),
    verdict.lockPolicy,
  ]);
  for (const row of columns(
    [["class", "driver", "takes", "outcome", "lock policy"], ...rows],
    screen.columns,
  ))
    screen.raw(row);
  screen.raw("");
  screen.raw("(!): the driver is at fault. Add --class and --driver for the reasons.");
}

/** Rows as a table, or where that is too wide, as lists. */
function columns(rows: readonly string[][], width: number): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const wide = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  if (Math.max(...wide.map((line) => line.length)) <= width) return wide;
  return rows.map((row) => row.join(", "));
}
