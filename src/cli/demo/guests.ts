import { TINY_GUEST_DRIVERS } from "../../guest/running-tiny-guest.ts";
import type { TinyGuestDriver } from "../../guest/running-tiny-guest.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Conclusion } from "./agreement.ts";
import type { DemoDevice } from "./machine.ts";

/** A guest that the demo can boot. */
export interface DemoGuest {
  /** Its name for `--driver`. */
  readonly name: string;
  /** One line for the help. */
  readonly about: string;
  /** Boots the guest, inflates, deflates, and returns what both sides report. */
  readonly play: (screen: Screen, device: DemoDevice) => Promise<Conclusion>;
}

const ABOUT: Readonly<Record<TinyGuestDriver, string>> = {
  polite: "takes WILL_TELL_HOST and waits for every acknowledgement",
  silent: "takes SILENT_DEFLATE and reuses pages before it tells",
  refusing: "needs SILENT_DEFLATE, and does not start where it is not offered",
  reverting: "takes SILENT_DEFLATE if it is offered, otherwise keeps to WILL_TELL_HOST",
  buggy: "takes neither bit and reuses pages before it tells",
  hostile: "sends bad PFNs and broken descriptor chains",
};

/** The embedded guest with each of its drivers. */
export const TINY_DEMO_GUESTS: readonly DemoGuest[] = TINY_GUEST_DRIVERS.map((name) => ({
  name,
  about: ABOUT[name],
  play: async (screen, device) => (await import("./tiny-demo.ts")).tinyDemo(screen, name, device),
}));
