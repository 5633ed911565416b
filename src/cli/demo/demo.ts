import type { Outcome } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import type { Screen } from "../terminal/screen.ts";
import type { DemoGuest } from "./guests.ts";
import type { DemoDevice } from "./machine.ts";

/** Boots a guest, inflates, deflates; fails unless guest and host agree at the end. */
export async function runDemo(screen: Screen, guest: DemoGuest, device: DemoDevice): Promise<Outcome> {
  const conclusion = await guest.play(screen, device);
  return {
    exitCode: conclusion.agreed ? ExitCode.OK : ExitCode.FAILED,
    result: { driver: guest.name, class: device.silentDeflate, ...conclusion },
  };
}
