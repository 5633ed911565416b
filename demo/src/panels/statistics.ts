import type uPlot from "uplot";
import { byId, setText } from "../dom.ts";
import { mib } from "../format.ts";
import type { Session } from "../machine/session.ts";
import { CHART_HEIGHT, makeChart } from "./chart.ts";
import type { Line } from "./chart.ts";
import type { GuestPanel } from "./guest-panel.ts";

const SAMPLES = 240;
const INTERVAL_MS = 500;
const FRAMES_PER_MIB = 256;
const BYTES_PER_MIB = 2 ** 20;

/** A line of the chart and the value that it shows of a guest, in MiB; null if the guest has not reported it yet. */
interface Series extends Line {
  readonly of: (session: Session) => number | null;
}

const SERIES: readonly Series[] = [
  {
    label: "Target",
    colour: "--edge",
    dash: [6, 4],
    of: ({ balloon }) => balloon.device.target / BYTES_PER_MIB,
  },
  { label: "Ballooned", colour: "--accent", of: ({ balloon }) => balloon.ballooned / BYTES_PER_MIB },
  { label: "Locked", colour: "--text", of: ({ host }) => host.lockedFrames / FRAMES_PER_MIB },
  { label: "Guest free", colour: "--reported", dash: [2, 3], of: freeInGuest },
];

function freeInGuest({ balloon }: Session): number | null {
  const free = balloon.counters().stats.MEMFREE;
  return free === undefined ? null : Number(free) / BYTES_PER_MIB;
}

/** Target, balloon, locked memory and the guest's free memory over the last two minutes. */
export class StatisticsPanel implements GuestPanel {
  readonly #box = byId("chart", HTMLElement);
  readonly #text = byId("chart-text", HTMLElement);
  #started = performance.now();
  #columns: (number | null)[][] = [[], ...SERIES.map(() => [])];
  #plot: uPlot;
  #session: Session | undefined;

  constructor() {
    this.#plot = makeChart(this.#box, SERIES);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#plot.destroy();
      this.#plot = makeChart(this.#box, SERIES);
      this.#plot.setData(this.#columns as uPlot.AlignedData);
    });
    new ResizeObserver(() => {
      this.#plot.setSize({ width: this.#box.clientWidth, height: CHART_HEIGHT });
    }).observe(this.#box);
    setInterval(() => {
      this.#sample();
    }, INTERVAL_MS);
  }

  /** A new guest: the chart starts again. */
  begin(session: Session): void {
    this.#session = session;
    this.#started = performance.now();
    this.#columns = [[], ...SERIES.map(() => [])];
    this.#sample();
  }

  end(): void {
    this.#session = undefined;
  }

  #sample(): void {
    if (this.#session === undefined || document.hidden) return;
    const session = this.#session;
    const values = [(performance.now() - this.#started) / 1000, ...SERIES.map(({ of }) => of(session))];
    this.#columns.forEach((column, i) => {
      column.push(values[i]!);
      if (column.length > SAMPLES) column.shift();
    });
    this.#plot.setData(this.#columns as uPlot.AlignedData);
    this.#describe(session);
  }

  #describe(session: Session): void {
    const { balloonedFrames, stats } = session.balloon.counters();
    const free = stats.MEMFREE;
    const guest =
      free === undefined ? "the guest sends no statistics" : `${mib(Number(free) / 4096)} free in the guest`;
    setText(
      this.#text,
      `Now ${mib(balloonedFrames)} ballooned, ${mib(session.host.lockedFrames)} locked, ${guest}.`,
    );
  }
}
