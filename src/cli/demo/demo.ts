import type { DeviceClass } from "../../negotiation/index.ts";
import type { Outcome } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import type { TinyGuestDriver } from "../guest/tiny-guest.ts";
import type { Screen } from "../terminal/screen.ts";

/** Boots a guest, inflates, deflates; fails unless guest and host agree at the end. */
export async function runDemo(
  screen: Screen,
  driver: TinyGuestDriver | "linux",
  deviceClass: DeviceClass,
): Promise<Outcome> {
  const conclusion =
    driver === "linux"
      ? await (await import("./linux-demo.ts")).linuxDemo(screen, deviceClass)
      : await (await import("./tiny-demo.ts")).tinyDemo(screen, driver, deviceClass);
  return {
    exitCode: conclusion.agreed ? ExitCode.OK : ExitCode.FAILED,
    result: { driver, class: deviceClass, ...conclusion },
  };
}
