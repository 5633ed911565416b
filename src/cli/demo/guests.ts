import { TINY_GUEST_DRIVERS } from "../../guest/running-tiny-guest.ts";
import type { TinyGuestDriver } from "../../guest/running-tiny-guest.ts";
import { MIB } from "../options.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Conclusion } from "./agreement.ts";
import type { DemoSettings } from "./machine.ts";

/** A guest that the demo can boot. */
export interface DemoGuest {
  /** Its name for `--driver`. */
  readonly name: string;
  /** One line for the help. */
  readonly about: string;
  /** For the help: the words that its command line takes. */
  readonly takes: string;
  /** Size of its memory, and the smallest with which it boots. */
  readonly memoryBytes: number;
  readonly leastBytes: number;
  /** Boots the guest, inflates, deflates, and returns what both sides report. */
  readonly play: (screen: Screen, settings: DemoSettings) => Promise<Conclusion>;
}

const ABOUT: Readonly<Record<TinyGuestDriver, string>> = {
  polite: "takes WILL_TELL_HOST and waits for every acknowledgement",
  silent: "takes SILENT_DEFLATE and reuses pages before it tells",
  refusing: "needs SILENT_DEFLATE, and does not start where it is not offered",
  reverting: "takes SILENT_DEFLATE if it is offered, otherwise keeps to WILL_TELL_HOST",
  buggy: "takes neither bit and reuses pages before it tells",
  hostile: "sends bad PFNs and broken descriptor chains",
};

/** The words for the embedded guest's command line, beside what the demo needs itself: see guest/README.md. */
export const TINY_WORDS: readonly string[] = ["stats=on", "indirect=off", "event_idx=off", "irq=off"];

/** The embedded guest with each of its drivers. */
export const TINY_DEMO_GUESTS: readonly DemoGuest[] = TINY_GUEST_DRIVERS.map((name) => ({
  name,
  about: ABOUT[name],
  takes: TINY_WORDS.join(" "),
  memoryBytes: 128 * MIB,
  leastBytes: 16 * MIB,
  play: async (screen, settings) => (await import("./tiny-demo.ts")).tinyDemo(screen, name, settings),
}));
