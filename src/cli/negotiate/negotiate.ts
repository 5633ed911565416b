import { Feature, featureNames, featureSet, negotiate, offeredByClass } from "../../negotiation/index.ts";
import type { DeviceClass, Outcome } from "../../negotiation/index.ts";
import type { CommandResult } from "../cli.ts";
import { ExitCode, UsageError } from "../errors.ts";
import { CLASSES } from "../options.ts";
import type { Screen } from "../terminal/screen.ts";
import { table } from "../terminal/table.ts";
import { DRIVERS } from "./drivers.ts";
import type { Promised } from "./drivers.ts";

export interface Question {
  readonly class?: DeviceClass;
  readonly driver?: readonly Promised[];
  readonly silentBit: number;
  readonly legacy?: boolean;
}

/** One device, one driver, and the outcome. */
type Case = ReturnType<typeof caseOf>;

/** The three classes in the words of the 2012 proposal. */
const CLASS_MEANS: Readonly<Record<DeviceClass, string>> = {
  never: "does not support silent deflate at all",
  optional: "optionally supports silent deflate",
  always: "always supports silent deflate",
};

const OUTCOME_MEANS: Readonly<Record<Outcome["result"], string>> = {
  accepted: "the guest goes on",
  refused: "FEATURES_OK is not confirmed: the driver gives up, and the host is told why",
  "needs-reset": "a legacy driver cannot be refused: the device sets DEVICE_NEEDS_RESET and serves no queue",
};

const POLICY_MEANS: Readonly<Record<Outcome["lockPolicy"], string>> = {
  on: "memory is unlocked on inflate and locked again on deflate, before the acknowledgement",
  off: "memory stays as it is",
};

/** Explains one case, or lists all cases that match the question. */
export function runNegotiate(screen: Screen, question: Question): CommandResult {
  const cases = casesOf(question);
  const [only] = cases;
  if (cases.length === 1) explain(screen, only!, question.silentBit);
  else list(screen, cases);
  return { exitCode: ExitCode.OK, result: { silentDeflateBit: question.silentBit, cases } };
}

/** The cases that match. They include modern and legacy drivers, unless the question is about one kind. */
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

/** @throws RangeError for a bit that SILENT_DEFLATE cannot have */
function caseOf(
  silentDeflate: DeviceClass,
  driver: readonly Promised[],
  silentDeflateBit: number,
  legacy: boolean,
) {
  const bits = { will: Feature.WILL_TELL_HOST, silent: silentDeflateBit };
  // A driver of the legacy interface does not know VERSION_1.
  const interfaceBits = legacy ? 0n : featureSet(Feature.VERSION_1);
  const promised = offeredByClass({ silentDeflate, silentDeflateBit });
  const taken = featureSet(...driver.map((promise) => bits[promise]));
  const [offered, accepted] = [promised | interfaceBits, taken | interfaceBits];
  return {
    class: silentDeflate,
    legacy,
    offered: featureNames(promised, silentDeflateBit),
    taken: featureNames(taken, silentDeflateBit),
    outcome: negotiate({ silentDeflate, silentDeflateBit, offered, accepted, legacy }),
  };
}

function explain(screen: Screen, { class: name, offered, taken, outcome, legacy }: Case, bit: number): void {
  const { result, lockPolicy, driverFault, reason } = outcome;
  screen.line("device", `class ${name}: ${CLASS_MEANS[name]}`);
  screen.line("offers", named(offered, bit));
  screen.line("driver", `${legacy ? "legacy" : "modern"}, takes ${named(taken, bit)}`);
  screen.line("outcome", result + (driverFault ? ", the driver is at fault" : ""), tone(outcome));
  screen.line("", reason);
  screen.line("", OUTCOME_MEANS[result]);
  if (result === "accepted") screen.line("locks", `policy ${lockPolicy}: ${POLICY_MEANS[lockPolicy]}`);
}

function tone({ result, driverFault }: Outcome): "good" | "bad" | undefined {
  if (result !== "accepted") return "bad";
  return driverFault ? undefined : "good";
}

function named(features: readonly string[], bit: number): string {
  if (features.length === 0) return "nothing";
  return features.join(" ").replace("SILENT_DEFLATE", `SILENT_DEFLATE (bit ${bit})`);
}

function list(screen: Screen, cases: readonly Case[]): void {
  const rows = cases.map(({ class: name, legacy, taken, outcome: { result, driverFault, lockPolicy } }) => {
    const takes = taken.join(" + ") || "neither bit";
    return [name, legacy ? "legacy" : "modern", takes, result + (driverFault ? " (!)" : ""), lockPolicy];
  });
  screen.raw(table([["class", "driver", "takes", "outcome", "lock policy"], ...rows]));
  screen.raw("\n(!): the driver is at fault. Add --class and --driver for the reasons.");
}
