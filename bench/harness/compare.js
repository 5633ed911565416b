import { median } from "./statistics.js";
import { Stopwatch, trial } from "./timing.js";

/** @typedef {import("./timing.js").Contender} Contender */

/** A peer that takes this many times as long as the best one in its trial will not become the best. */
const HOPELESS = 4;
/** Calm suites of a contender that say more than all suites together. */
const FEW = 3;

/**
 * Measures ours and its peers, suite after suite, each with every contender in it, until each was measured calmly often
 * enough; when there is no end to it, what was disturbed has to do.
 * @param {{ ours: Contender, peers: Contender[] }} contenders
 * @param {{ suites: number, patience: number, seconds: number, quickest: number }} effort how many suites are wanted, and
 * how many are taken at most for each of them; `quickest` is the least that the gauge can take
 * @returns {Promise<{ suites: Record<string, number>[], calm: number, hopeless: Record<string, number> }>} seconds of a
 * pass by contender: one record a suite, without contenders that were disturbed, and one of the peers that were only
 * tried; in how many suites each contender was calm at least
 */
export async function compare({ ours, peers }, { suites, patience, seconds, quickest }) {
  const tried = Object.fromEntries(peers.map((peer) => [peer.name, trial(peer)]));
  const best = Math.min(...Object.values(tried));
  const [close, hopeless] = split(peers, ({ name }) => tried[name] < HOPELESS * best);
  const contenders = [ours, ...close];
  const stopwatch = new Stopwatch(withSubtracted(contenders), quickest);
  await measureOnce(stopwatch, contenders, seconds); // warms up
  const taken = [];
  const names = contenders.map(({ name }) => name);
  const calmest = () => Math.min(...names.map((name) => calmOf(taken, name)));
  while (taken.length < suites || (calmest() < suites && taken.length < patience * suites)) {
    taken.push(await measureOnce(stopwatch, contenders, seconds));
  }
  // Only now: V8 compiles slower code for whoever has seen the odd cases.
  for (const { prove } of [ours, ...peers]) prove?.();
  return {
    suites: recordsOf(taken, names),
    calm: calmest(),
    hopeless: Object.fromEntries(hopeless.map(({ name }) => [name, tried[name]])),
  };
}

const withSubtracted = (contenders) => [
  ...new Set([...contenders, ...contenders.flatMap(({ minus }) => minus ?? [])]),
];

function split(items, test) {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** What a suite says of each contender: the seconds of a pass, and whether they were calm. */
async function measureOnce(stopwatch, contenders, seconds) {
  const times = await stopwatch.suite(seconds);
  const net = ({ name, minus }) => {
    const gross = times.get(name);
    if (minus === undefined) return gross;
    const less = times.get(minus.name);
    return { calm: gross.calm && less.calm, seconds: gross.seconds - less.seconds };
  };
  return Object.fromEntries(contenders.map((contender) => [contender.name, net(contender)]));
}

const calmOf = (taken, name) => taken.filter((suite) => suite[name].calm).length;

/** Without what was disturbed, unless that is nearly all of some contender: then all have to be compared as they are. */
function recordsOf(taken, names) {
  const disturbed = names.some((name) => calmOf(taken, name) < FEW);
  const counted = (suite) => names.filter((name) => disturbed || suite[name].calm);
  return taken.map((suite) => Object.fromEntries(counted(suite).map((name) => [name, suite[name].seconds])));
}

/**
 * What several processes measured: the peer with the least median time is the best, and the ratio is the median over
 * all suites with both of its time by ours.
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
      ratio: medianOf((record) => record[name] / record[ours]) ?? seconds(name) / seconds(ours),
    }))
    .sort((a, b) => a.seconds - b.seconds);
  const hopeless = Object.assign({}, ...measured.map((each) => each.hopeless));
  return { ours: { name: ours, seconds: seconds(ours) }, peers, hopeless, ratio: peers[0].ratio };
}
