import { parseArgs } from "node:util";
import type { DeviceClass } from "../../negotiation/index.ts";
import type { TinyGuestDriver } from "../guest/tiny-guest.ts";
import { UsageError } from "../usage-error.ts";
import { Screen } from "./screen.ts";

const DRIVERS = ["polite", "silent", "buggy", "hostile", "linux"] as const satisfies (
  TinyGuestDriver | "linux"
)[];
const CLASSES = ["never", "optional", "always"] as const satisfies DeviceClass[];

/** `ballonet demo`. Returns the exit code. */
export async function demo(args: string[]): Promise<number> {
  const { driver, class: deviceClass } = options(args);
  const screen = new Screen(process.stdout);
  const agreed =
    driver === "linux"
      ? await (await import("./linux-demo.ts")).linuxDemo(screen, deviceClass)
      : await (await import("./tiny-demo.ts")).tinyDemo(screen, driver, deviceClass);
  return agreed ? 0 : 1;
}

function options(args: string[]): { driver: (typeof DRIVERS)[number]; class: DeviceClass } {
  try {
    const { values } = parseArgs({
      args,
      options: { driver: { type: "string" }, class: { type: "string" } },
    });
    return {
      driver: oneOf("--driver", values.driver ?? "polite", DRIVERS),
      class: oneOf("--class", values.class ?? "optional", CLASSES),
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function oneOf<Value extends string>(option: string, value: string, values: readonly Value[]): Value {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined)
    throw new UsageError(`${option} must be one of ${values.join(", ")}, got "${value}"`);
  return found;
}
