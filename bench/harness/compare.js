import { median } from "./statistics.js";
import { Stopwatch, trial } from "./timing.js";

/** @typedef {import("./timing.js").Contender} Contender */

/** A peer that takes this many times as long as the best one in its trial will not become the best. */
const HOPELESS = 4;

/**
 * Measures ours and its peers, suite after suite, each with every contender in it.
 * @param {{ ours: Contender, peers: Contender[] }} contenders
 * @param {{ suites: number, seconds: number }} effort
 * @returns {Promise<{ suites: Record<string, number>[], hopeless: Record<string, number> }>} seconds of a pass by
 * contender: one record a suite, and one of the peers that were only tried
 */
export async function compare({ ours, peers }, { suites, seconds }) {
  const tried = Object.fromEntries(peers.map((peer) => [peer.name, trial(peer)]));
  const best = Math.min(...Object.values(tried));
  const [close, hopeless] = split(peers, ({ name }) => tried[name] < HOPELESS * best);
  const contenders = [ours, ...close];
  const stopwatch = new Stopwatch(withSubtracted(contenders));
  await measureOnce(stopwatch, contenders, seconds); // warms up
  const records = [];
  for (let i = 0; i < suites; i++) records.push(await measureOnce(stopwatch, contenders, seconds));
  // Only now: V8 compiles slower code for whoever has seen the odd cases.
  for (const { prove } of [ours, ...peers]) prove?.();
  return { suites: records, hopeless: Object.fromEntries(hopeless.map(({ name }) => [name, tried[name]])) };
}

const withSubtracted = (contenders) => [
  ...new Set([...contenders, ...contenders.flatMap(({ minus }) => minus ?? [])]),
];

function split(items, test) {
  return [items.filter(test), items.filter((item) => !test(item))];
}

async function measureOnce(stopwatch, contenders, seconds) {
  const times = await stopwatch.suite(seconds);
  const net = ({ name, minus }) => times.get(name) - (minus ? times.get(minus.name) : 0);
  return Object.fromEntries(contenders.map((contender) => [contender.name, net(contender)]));
}

/**
 * What several processes measured: the peer with the least median time is the best, and the ratio is the median over
 * all suites of its time by ours.
 */
export function summarize(measured, ours) {
  const records = measured.flatMap(({ suites }) => suites);
  const medianOf = (of) => median(records.map(of).filter(Number.isFinite));
  const seconds = (name) => medianOf((record) => record[name]);
  const close = [...new Set(records.flatMap(Object.keys))].filter((name) => name !== ours);
  const peers = close
    .map((name) => ({
      name,
      seconds: seconds(name),
      ratio: medianOf((record) => record[name] / record[ours]),
    }))
    .sort((a, b) => a.seconds - b.seconds);
  const hopeless = Object.assign({}, ...measured.map((each) => each.hopeless));
  return { ours: { name: ours, seconds: seconds(ours) }, peers, hopeless, ratio: peers[0].ratio };
}
