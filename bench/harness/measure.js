import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { GATES } from "../gates.js";
import { quickestGauge } from "./gauge.js";
import { median } from "./statistics.js";
import { summarize } from "./summary.js";

const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));

/** A child process's answer about a row. Its standard output comes from benny and says nothing new. */
async function inChild(row, effort) {
  const stdio = ["ignore", "ignore", "inherit", "ipc"];
  const child = fork(CHILD, [row.id, JSON.stringify(effort)], { stdio });
  let said;
  child.on("message", (message) => (said = message));
  const [code] = await once(child, "exit");
  return said ?? { broken: `its process ended with ${code}` };
}

/**
 * The row's result. If there is none, `unavailable` says why this machine cannot measure it, or `broken` what went
 * wrong.
 * @param {import("../suites/index.js").Row} row
 */
export function measure(row, effort) {
  return "values" in row ? measureValue(row) : measureRatio(row, effort);
}

async function measureValue({ id, unit, atMost, values }) {
  const about = { id, unit, atMost, gate: GATES[id] ?? atMost };
  try {
    return { ...about, value: median(await values()) };
  } catch (error) {
    return { ...about, broken: String(error) };
  }
}

let quickest;

/** From `effort.processes` processes one after another. */
async function measureRatio(row, effort) {
  const { id, unit, units, percent = false, must, aim } = row;
  const about = { id, unit, units, percent, must, aim, gate: GATES[id] ?? must };
  const suites = row.slow ? effort.slowSuites : effort.suites;
  const processes = [];
  for (let i = 0; i < effort.processes; i++) {
    const said = await inChild(row, {
      suites,
      patience: effort.patience,
      seconds: effort.seconds,
      quickest: (quickest ??= quickestGauge()),
    });
    if (!("measured" in said)) return { ...about, ...said };
    quickest = Math.min(quickest, said.measured.quickest);
    processes.push(said);
  }
  const measured = processes.map((said) => said.measured);
  return { ...about, ...summarize(measured, processes[0].ours), measured };
}
