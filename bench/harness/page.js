import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { HEADINGS, nanoseconds, tableRow } from "./table.js";

const uPlot = (name) => readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), "utf8");
const own = (name) => readFileSync(new URL(`./page/${name}`, import.meta.url), "utf8");

function escape(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Every peer with its time and ratio; peers that were only tried come last. */
function allPeers({ peers = [], hopeless = {}, ...result }) {
  const measured = peers.map(
    ({ name, seconds, ratio }) => `${name} ${nanoseconds(seconds, result)} (${ratio.toFixed(2)}x)`,
  );
  const tried = Object.entries(hopeless).map(
    ([name, seconds]) => `${name} about ${nanoseconds(seconds, result)}`,
  );
  return [...measured, ...tried].join("; ");
}

function line(result) {
  const text = tableRow(result);
  const cells = [...Object.values(text), allPeers(result)].map((cell) => `<td>${escape(cell)}</td>`);
  return `<tr class="${escape(text.reached)}">${cells.join("")}</tr>`;
}

/** The report as one HTML file that loads nothing. */
export function page(report) {
  const { machine, node, date, effort, results } = report;
  const json = JSON.stringify(report).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>ballonet benchmarks</title>
<style>${uPlot("uPlot.min.css")}${own("style.css")}</style>
<h1>ballonet benchmarks</h1>
<p>${escape(machine)}, Node ${escape(node)}, ${escape(date)}; ${effort.processes} processes a row,
${effort.suites} suites each (${effort.slowSuites} of slow ones). Ratios are medians of what was measured side by side in one process.</p>
<div id="charts"></div>
<table>
<tr>${[...HEADINGS, "all peers"].map((heading) => `<th>${heading}</th>`).join("")}</tr>
${results.map(line).join("\n")}
</table>
<script type="application/json" id="results">${json}</script>
<script>${uPlot("uPlot.iife.min.js")}</script>
<script type="module">${own("charts.js")}</script>
</html>
`;
}
