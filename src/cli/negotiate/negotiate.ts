import type { DeviceClass, Outcome } from "../../negotiation/index.ts";
import { CLASSES } from "../choices.ts";
import type { Outcome } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import type { Screen } from "../terminal/screen.ts";
import { UsageError } from "../usage-error.ts";
import { caseOf, DRIVERS, driverOf } from "./cases.ts";
import type { Case } from "./cases.ts";

export interface Question {
  readonly deviceClass: DeviceClass | undefined;
  readonly driver: string | undefined;
  readonly silentBit: number;
  readonly legacy: boolean;
}

/** The three classes, as the 2012 proposal tells them apart. */
const CLASS_MEANS: Readonly<Record<DeviceClass, string>> = {
  never: "does not support silent deflate at all",
  optional: "optionally supports silent deflate",
  always: "always supports silent deflate",
};

const OUTCOME_MEANS: Readonly<Record<Outcome["outcome"], string>> = {
  accept: "the guest goes on",
  refuse: "FEATURES_OK is not confirmed: the driver gives up, and the host is told why",
  "needs-reset": "a legacy driver cannot be refused: the device sets DEVICE_NEEDS_RESET and serves no queue",
};

const POLICY_MEANS: Readonly<Record<Outcome["lockPolicy"], string>> = {
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
function casesOf({ deviceClass, driver, silentBit, legacy }: Question): Case[] {
  const one = deviceClass !== undefined && driver !== undefined;
  const classes = deviceClass === undefined ? CLASSES : [deviceClass];
  const drivers = driver === undefined ? DRIVERS : [driverOf(driver)];
  const interfaces = one || legacy ? [legacy] : [false, true];
  try {
    return interfaces.flatMap((via) =>
      classes.flatMap((each) => drivers.map((takes) => caseOf(each, takes, silentBit, via))),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(error.message.replace("silentDeflateBit", "--silent-bit"));
  }
}

function explain(screen: Screen, { class: name, offered, taken, outcome, legacy }: Case, bit: number): void {
  const { result, lockPolicy, complaint, reason } = outcome;
  screen.line("device", `class ${name}: ${CLASS_MEANS[name]}`);
  screen.line("offers", named(offered, bit));
  screen.line("driver", `${legacy ? "legacy" : "modern"}, takes ${named(taken, bit)}`);
  screen.line("outcome", outcome + (complaint ? ", the driver is at fault" : ""), tone(outcome));
  screen.line("", reason);
  screen.line("", OUTCOME_MEANS[outcome]);
  if (result === "accepted") screen.line("locks", `policy ${lockPolicy}: ${POLICY_MEANS[lockPolicy]}`);
}

function tone({ outcome, complaint }: Outcome): "good" | "bad" | undefined {
  if (result !== "accepted") return "bad";
  return complaint ? undefined : "good";
}

function named(features: readonly string[], bit: number): string {
  if (features.length === 0) return "nothing";
  return features.join(" ").replace("SILENT_DEFLATE", `SILENT_DEFLATE (bit ${bit})`);
}

/** A table where it fits, and a line for each case with a line for its reason where not. */
function list(screen: Screen, cases: readonly Case[]): void {
  const rows = cases.map(({ class: name, legacy, taken, outcome }) => [
    name,
    legacy ? "legacy" : "modern",
    taken.join(" + ") || "neither bit",
    outcome.result + (outcome.driverFault ? " (!)" : ""),
    outcome.lockPolicy,
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
