import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";

/** A line of a chart; its colour is a custom property of the page. */
export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly dash?: number[];
}

/** Seconds, and for each line its sizes in MiB at those moments; null where there is none. */
export type Columns = readonly (readonly (number | null)[])[];

/** A chart of sizes over time. It follows the width of its box and the page's colours. */
export class Chart {
  readonly #box: HTMLElement;
  readonly #height: number;
  #lines: readonly Line[];
  #columns: Columns = [[]];
  #plot: uPlot | undefined;

  /** @param height in CSS pixels */
  constructor(box: HTMLElement, height: number, lines: readonly Line[]) {
    this.#box = box;
    this.#height = height;
    this.#lines = lines;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      if (this.#plot !== undefined) this.#make();
    });
    new ResizeObserver(() => {
      const width = box.clientWidth;
      // Hidden.
      if (width === 0) return;
      if (this.#plot === undefined) this.#make();
      else this.#plot.setSize({ width, height });
    }).observe(box);
  }

  /** Shows other data. */
  show(columns: Columns): void {
    this.#columns = columns;
    this.#plot?.setData(columns as uPlot.AlignedData);
  }

  /** Shows other data with other lines. */
  showLines(lines: readonly Line[], columns: Columns): void {
    this.#columns = columns;
    if (lines === this.#lines) {
      this.show(columns);
      return;
    }
    this.#lines = lines;
    if (this.#plot !== undefined) this.#make();
  }

  #make(): void {
    this.#plot?.destroy();
    const options = optionsOf(this.#box, this.#height, this.#lines);
    this.#plot = new uPlot(options, this.#columns as uPlot.AlignedData, this.#box);
  }
}

function optionsOf(box: HTMLElement, height: number, lines: readonly Line[]): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: `12px ${getComputedStyle(box).fontFamily}`,
  };
  return {
    width: box.clientWidth,
    height,
    scales: { x: { time: false }, y: { range: (_plot, _min, max) => [0, Math.max(8, max * 1.08)] } },
    axes: [
      { ...axis, size: 28, values: (_plot, seconds) => seconds.map((second) => `${second} s`) },
      { ...axis, size: 64, values: (_plot, sizes) => sizes.map((size) => `${size} MiB`) },
    ],
    series: [{}, ...lines.map(seriesOf)],
    // A text beside the chart gives the numbers.
    legend: { live: false },
    cursor: { show: false },
  };
}

function seriesOf({ label, colour: name, dash }: Line): uPlot.Series {
  const stroke = colour(name);
  return { label, stroke, fill: "transparent", width: 2, points: { show: false }, ...(dash && { dash }) };
}

function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
