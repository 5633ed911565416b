import type { CommandResult } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import type { TinyGuestDriver } from "../guest/tiny-guest.ts";
import type { DemoDevice } from "./machine.ts";
import type { Screen } from "../terminal/screen.ts";

/** Boots a guest, inflates, deflates; fails unless guest and host agree at the end. */
export async function runDemo(
  screen: Screen,
  driver: TinyGuestDriver | "linux",
  device: DemoDevice,
): Promise<CommandResult> {
  const conclusion =
    driver === "linux"
      ? await (await import("./linux-demo.ts")).linuxDemo(screen, device)
      : await (await import("./tiny-demo.ts")).tinyDemo(screen, driver, device);
  return {
    exitCode: conclusion.agreed ? ExitCode.OK : ExitCode.FAILED,
    result: { driver, class: device.silentDeflate, ...conclusion },
  };
}
