import type { V86 } from "v86";
import { startTinyGuest } from "../../../src/guest/running-tiny-guest.ts";
import type { TinyGuest } from "../../../src/guest/running-tiny-guest.ts";
import { loadTinyMachine } from "../../../src/guest/tiny-guest-machine.ts";
import type { BalloonEvents } from "../../../src/balloon/index.ts";
import { compact } from "../../../src/v86/index.ts";
import type { Compaction } from "../../../src/v86/index.ts";
import { attach, SILENT_BIT } from "./attach.ts";
import type { Attached } from "./attach.ts";
import { instantiateV86, tinyGuestParts } from "./files.ts";
import { loadLinux } from "./linux.ts";
import type { LockTrouble, Settings } from "./settings.ts";

const STATS_INTERVAL_MS = 1000;

const EVENTS = [
  "negotiated",
  "inflate",
  "deflate",
  "report",
  "stats",
  "actual",
  "lock-failure",
  "withheld",
  "guest-fault",
  "needs-reset",
  "reset",
] as const satisfies (keyof BalloonEvents)[];

/** Callbacks for news of a guest. */
export interface Listeners {
  /** The balloon is attached, and the guest about to run. */
  attached: (session: Session) => void;
  /** Something about the balloon has changed. */
  changed: () => void;
  /** The guest wrote a byte to its serial port. */
  output: (byte: number) => void;
}

/** A guest in v86 with a balloon attached. */
export interface Session extends Attached {
  readonly settings: Settings;
  readonly emulator: V86;
  /** The embedded guest, which takes commands; undefined until it is up, and for Linux. */
  guest?: TinyGuest;
}

/** Boots a guest. Resolves when it is up; for Linux, when it starts to boot. */
export async function boot(settings: Settings, trouble: LockTrouble, listeners: Listeners): Promise<Session> {
  return settings.driver === "linux"
    ? bootLinux(settings, trouble, listeners)
    : bootTiny({ ...settings, driver: settings.driver }, trouble, listeners);
}

type TinySettings = Settings & { readonly driver: Exclude<Settings["driver"], "linux"> };

async function bootTiny(
  settings: TinySettings,
  trouble: LockTrouble,
  listeners: Listeners,
): Promise<Session> {
  const emulator = await loadTinyMachine(await tinyGuestParts(), {
    driver: settings.driver,
    memoryBytes: settings.memoryBytes,
    options: { indirect: "on", event_idx: "on", stats: "on", silent_bit: SILENT_BIT },
  });
  const session = prepare(emulator, settings, trouble, listeners);
  session.guest = await startTinyGuest(emulator, {});
  return session;
}

async function bootLinux(settings: Settings, trouble: LockTrouble, listeners: Listeners): Promise<Session> {
  const emulator = await loadLinux(settings.memoryBytes);
  const session = prepare(emulator, settings, trouble, listeners);
  await emulator.run();
  return session;
}

function prepare(emulator: V86, settings: Settings, trouble: LockTrouble, listeners: Listeners): Session {
  const session: Session = { settings, emulator, ...attach(emulator, settings, trouble) };
  const { device } = session.balloon;
  device.statsInterval = STATS_INTERVAL_MS;
  for (const name of EVENTS) device.on(name, listeners.changed);
  emulator.add_listener("serial0-output-byte", listeners.output);
  listeners.attached(session);
  return session;
}

/** Gives the machine a fresh memory. @throws Error if its memory is pinned */
export async function compactMemory({ emulator, memory }: Session): Promise<Compaction> {
  const compaction = await compact(emulator, { wasm_fn: instantiateV86 });
  memory.moved();
  return compaction;
}

/** Shuts a guest down for good. */
export async function shutDown({ guest, emulator, balloon }: Session): Promise<void> {
  // No timer of the device may raise an interrupt in a machine that is gone.
  balloon.device.statsInterval = 0;
  balloon.reset();
  await (guest ?? emulator).destroy();
}
