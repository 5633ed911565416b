// In the report's page, after uPlot: draws what the element "results" says, one chart a suite.
const { results } = JSON.parse(document.getElementById("results").textContent);
const OURS = "#0a7d5c";
const PEER = "#b5651d";

const suiteOf = ({ id }) => id.split("/")[0];
const caseOf = ({ id }) => id.slice(id.indexOf("/") + 1);
const perUnit = (seconds, { units }) => (seconds * 1e9) / units;

/** Nanoseconds by case, ours beside the best peer's. The axis is logarithmic: they may be a hundred times apart. */
function chart(suite, rows) {
  const at = rows.map((_, i) => i);
  const ours = rows.map((row) => perUnit(row.ours.seconds, row));
  const best = rows.map((row) => perUnit(row.peers[0].seconds, row));
  const series = (label, color, align) => ({
    label,
    stroke: color,
    fill: color,
    points: { show: false },
    paths: uPlot.paths.bars({ size: [0.35, 60], align }),
  });
  const options = {
    title: `${suite}, ns per ${rows[0].unit}`,
    width: 600,
    height: 280,
    cursor: { show: false },
    legend: { live: false },
    scales: {
      x: { time: false, range: [-0.6, rows.length - 0.4] },
      y: { distr: 3, range: (_, low, high) => [low / 2, high * 1.5] },
    },
    axes: [{ splits: () => at, values: () => rows.map(caseOf) }, { size: 70 }],
    series: [{}, series("ballonet", OURS, -1), series("best peer", PEER, 1)],
  };
  new uPlot(options, [at, ours, best], document.getElementById("charts"));
}

const measured = results.filter(({ ratio }) => ratio !== undefined && ratio !== null);
for (const suite of new Set(measured.map(suiteOf))) {
  chart(
    suite,
    measured.filter((row) => suiteOf(row) === suite),
  );
}
