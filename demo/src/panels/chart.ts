import uPlot from "uplot";

/** In CSS pixels. */
export const CHART_HEIGHT = 200;

/** A line of a chart; its colour is a custom property of the page. */
export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly dash?: number[];
}

/** A chart of sizes in MiB over seconds, in the colours and the font that the page has now. */
export function makeChart(box: HTMLElement, lines: readonly Line[]): uPlot {
  const axis: uPlot.Axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: `12px ${getComputedStyle(box).fontFamily}`,
  };
  const options: uPlot.Options = {
    width: box.clientWidth,
    height: CHART_HEIGHT,
    scales: { x: { time: false }, y: { range: (_plot, _min, max) => [0, Math.max(8, max * 1.08)] } },
    axes: [
      { ...axis, values: (_plot, seconds) => seconds.map((second) => `${second} s`) },
      { ...axis, size: 64, values: (_plot, sizes) => sizes.map((size) => `${size} MiB`) },
    ],
    series: [{}, ...lines.map(seriesOf)],
    // A text beside the chart gives the numbers.
    legend: { live: false },
    cursor: { show: false },
  };
  return new uPlot(options, [[], ...lines.map(() => [])], box);
}

function seriesOf({ label, colour: name, dash }: Line): uPlot.Series {
  const stroke = colour(name);
  return { label, stroke, fill: "transparent", width: 2, points: { show: false }, ...(dash && { dash }) };
}

function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
