import { byId } from "./dom.ts";
import { messageOf } from "./format.ts";
import { onceAFrame } from "./frame.ts";
import { boot, shutDown } from "./machine/session.ts";
import type { Listeners, Session } from "./machine/session.ts";
import { livePages } from "./map/live-pages.ts";
import { Legend } from "./map/legend.ts";
import { describePages } from "./map/hover.ts";
import { PageMap } from "./map/page-map.ts";
import { countStates } from "./map/states.ts";
import type { PagesOf, PageStates } from "./map/states.ts";
import { DriverPanel } from "./panels/driver.ts";
import type { Follower } from "./panels/follower.ts";
import type { GuestPanel } from "./panels/guest-panel.ts";
import { MemoryPanel } from "./panels/memory.ts";
import { SavedStatesPanel } from "./panels/saved-states.ts";
import { SerialConsolePanel } from "./panels/serial-console.ts";
import { SettingsPanel } from "./panels/settings.ts";
import { SourcePanel } from "./panels/source.ts";
import { StatisticsPanel } from "./panels/statistics.ts";
import { StatusPanel } from "./panels/status.ts";
import { TargetPanel } from "./panels/target.ts";
import { TracePanel } from "./panels/trace.ts";
import { OutcomePanel } from "./panels/outcome.ts";
import type { TracePlayer } from "./trace/player.ts";

/** The page: one guest at a time, and the panels that show it. */
export class App {
  readonly #map = new PageMap(byId("map", HTMLCanvasElement), byId("scale", HTMLElement));
  readonly #legend = new Legend(byId("legend", HTMLTableElement));
  readonly #target = new TargetPanel();
  readonly #outcome = new OutcomePanel();
  readonly #driver = new DriverPanel();
  readonly #status = new StatusPanel();
  readonly #statistics = new StatisticsPanel();
  readonly #memory = new MemoryPanel(() => {
    this.#settings.usePlainMemory();
  });
  readonly #saved = new SavedStatesPanel();
  readonly #console = new SerialConsolePanel();
  readonly #panels: readonly GuestPanel[] = [
    this.#target,
    this.#outcome,
    this.#driver,
    this.#statistics,
    this.#memory,
    this.#saved,
    this.#console,
  ];
  readonly #followers: readonly Follower[] = [this.#outcome, this.#driver, this.#statistics];
  readonly #settings = new SettingsPanel({
    reboot: () => {
      this.#reboot();
    },
    locking: () => {
      this.#applyLocking();
    },
  });
  readonly #trace = new TracePanel((player) => {
    this.#showRecording(player);
  });
  readonly #source = new SourcePanel(this.#trace, () => {
    for (const panel of this.#followers) panel.follow(undefined);
    this.#changed();
  });
  readonly #changed = onceAFrame(() => {
    this.#show();
  });
  #session: Session | undefined;
  /** Guests are shut down and booted one after another. */
  #work: Promise<void> = Promise.resolve();

  start(): void {
    describePages(this.#map, byId("map", HTMLCanvasElement), byId("scale", HTMLElement));
    this.#reboot();
  }

  /** Boots a guest with the settings at the time of its turn. */
  #reboot(): void {
    this.#status.say("Booting the guest …");
    this.#work = this.#work
      .then(() => this.#replace())
      .catch((error: unknown) => {
        this.#status.say(messageOf(error), "bad");
      });
  }

  async #replace(): Promise<void> {
    const old = this.#session;
    this.#session = undefined;
    for (const panel of this.#panels) panel.end();
    if (old !== undefined) await shutDown(old);
    await boot(this.#settings.settings, this.#settings.trouble, this.#listeners);
    this.#changed();
  }

  readonly #listeners: Listeners = {
    attached: (session) => {
      this.#session = session;
      for (const panel of this.#panels) panel.begin(session);
      this.#applyLocking();
      this.#changed();
    },
    changed: () => {
      this.#changed();
    },
    output: (byte) => {
      this.#console.write(byte);
    },
  };

  /** With a limit equal to what is locked now, nothing more can be locked; without one, owed frames are locked. */
  #applyLocking(): void {
    if (this.#session === undefined) return;
    const { locks, balloon } = this.#session;
    if (locks === undefined) return;
    locks.lockLimit = this.#settings.trouble.failing ? locks.lockedFrames : Infinity;
    // One try locks a limited number of runs.
    for (let owed = Infinity; ;) {
      const left = balloon.device.retryLocks();
      if (left === 0 || left >= owed) break;
      owed = left;
    }
    this.#changed();
  }

  #show(): void {
    if (this.#session === undefined) return;
    const session = this.#session;
    const counters = session.balloon.counters();
    this.#limitLocks();
    this.#target.show(session);
    if (!this.#source.live) return;
    this.#outcome.show(counters);
    this.#driver.show(counters);
    this.#status.show(session);
    this.#showPages(livePages(session), session.settings.memoryKind);
  }

  #showRecording(player: TracePlayer): void {
    for (const panel of this.#followers) panel.follow(player);
    this.#showPages(player.pages(), "recording");
  }

  /** While locking fails, unlocked frames stay unlocked: the limit goes down with them. */
  #limitLocks(): void {
    const { locks } = this.#session!;
    if (locks === undefined) return;
    // Nobody reads the list of calls here, and it would grow without end.
    locks.calls.length = 0;
    if (this.#settings.trouble.failing) locks.lockLimit = Math.min(locks.lockLimit, locks.lockedFrames);
  }

  #showPages(pages: PageStates, of: PagesOf): void {
    this.#map.show(pages);
    this.#legend.show(countStates(pages), of);
  }
}
