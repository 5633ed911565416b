import { byId, setText } from "../dom.ts";
import { MIB, mib, mibOfBytes } from "../format.ts";
import type { Session } from "../machine/session.ts";
import type { TracePlayer } from "../trace/player.ts";
import { Chart } from "./chart.ts";
import type { Line } from "./chart.ts";
import type { Follower } from "./follower.ts";
import type { GuestPanel } from "./guest-panel.ts";
import { Samples } from "./samples.ts";

const HEIGHT = 180;
const INTERVAL_MS = 500;
const FRAMES_PER_MIB = 256;

/** A line of the chart and the value that it shows of a guest, in MiB; null if the guest has not reported it yet. */
interface Series extends Line {
  readonly of: (session: Session) => number | null;
}

const BALLOONED: Series = {
  label: "Ballooned",
  colour: "--accent",
  of: ({ balloon }) => balloon.ballooned / MIB,
};

const PLAIN: readonly Series[] = [
  { label: "Target", colour: "--edge", dash: [6, 4], of: ({ balloon }) => balloon.device.target / MIB },
  BALLOONED,
  { label: "Guest free", colour: "--reported", dash: [2, 3], of: freeInGuest },
];

const PINNED: readonly Series[] = [
  ...PLAIN,
  { label: "Locked", colour: "--text", of: ({ locks }) => locks!.lockedFrames / FRAMES_PER_MIB },
];

const RECORDED: readonly Series[] = [BALLOONED];

function freeInGuest({ balloon }: Session): number | null {
  const free = balloon.counters().stats.MEMFREE;
  return free === undefined ? null : Number(free) / MIB;
}

/** Target, balloon, locked memory and the guest's free memory over the last two minutes; or a recording so far. */
export class StatisticsPanel implements GuestPanel, Follower {
  readonly #text = byId("chart-text", HTMLElement);
  readonly #chart = new Chart(byId("chart", HTMLElement), HEIGHT, PLAIN);
  #samples = new Samples(0);
  #session: Session | undefined;
  #player: TracePlayer | undefined;

  constructor() {
    setInterval(() => {
      this.#sample();
    }, INTERVAL_MS);
  }

  /** A new guest: the chart starts again. */
  begin(session: Session): void {
    this.#session = session;
    this.#samples = new Samples(linesOf(session).length);
    this.#sample();
  }

  end(): void {
    this.#session = undefined;
  }

  follow(player: TracePlayer | undefined): void {
    this.#player = player;
    if (player === undefined) {
      this.#show();
      return;
    }
    const { seconds, balloonedFrames } = player.history();
    this.#chart.showLines(RECORDED, [seconds, balloonedFrames.map((frames) => frames / FRAMES_PER_MIB)]);
    setText(
      this.#text,
      `${mib(player.ballooned)} ballooned (given to the host) at this moment of the recording.`,
    );
  }

  #sample(): void {
    if (this.#session === undefined || document.hidden) return;
    const session = this.#session;
    this.#samples.add(...linesOf(session).map(({ of }) => of(session)));
    this.#show();
  }

  #show(): void {
    if (this.#session === undefined || this.#player !== undefined) return;
    this.#chart.showLines(linesOf(this.#session), this.#samples.columns);
    setText(this.#text, describe(this.#session));
  }
}

function linesOf({ locks }: Session): readonly Series[] {
  return locks === undefined ? PLAIN : PINNED;
}

function describe({ balloon, locks }: Session): string {
  const { balloonedFrames, stats } = balloon.counters();
  const locked = locks === undefined ? "" : ` ${mib(locks.lockedFrames)} locked,`;
  const free =
    stats.MEMFREE === undefined
      ? "the guest sends no statistics"
      : `${mibOfBytes(Number(stats.MEMFREE))} free in the guest`;
  return `Now ${mib(balloonedFrames)} ballooned (given to the host),${locked} ${free}.`;
}
