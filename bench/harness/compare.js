import { median } from "./statistics.js";
import { Stopwatch, trial } from "./timing.js";

/** @typedef {import("./timing.js").Contender} Contender */

/** A peer that takes this many times as long as the best one in its trial will not become the best. */
const HOPELESS = 4;
/** For every suite that is wanted, this many are taken at most to find calm ones. */
const MOST_TAKEN = 3;
/** Calm suites of a contender that say more than all suites together. */
const FEW = 3;

/**
 * Measures ours and its peers, suite after suite, each with every contender in it, until each was measured calmly often
 * enough; when there is no end to it, what was disturbed has to do.
 * @param {{ ours: Contender, peers: Contender[] }} contenders
 * @param {{ suites: number, seconds: number, quickest: number }} effort `quickest` is the least that the gauge can take
 * @returns {Promise<{ suites: Record<string, number>[], calm: number, hopeless: Record<string, number> }>} seconds of a
 * pass by contender: one record a suite, without contenders that were disturbed, and one of the peers that were only
 * tried; in how many suites each contender was calm at least
 */
export async function compare({ ours, peers }, { suites, seconds, quickest }) {
  const tried = Object.fromEntries(peers.map((peer) => [peer.name, trial(peer)]));
  const best = Math.min(...Object.values(tried));
  const [close, hopeless] = split(peers, ({ name }) => tried[name] < HOPELESS * best);
  const contenders = [ours, ...close];
  const stopwatch = new Stopwatch(withSubtracted(contenders), quickest);
  await measureOnce(stopwatch, contenders, seconds); // warms up
  const taken = [];
  const calmest = () => Math.min(...contenders.map(({ name }) => calmOf(taken, name)));
  while (taken.length < suites || (calmest() < suites && taken.length < MOST_TAKEN * suites)) {
    taken.push(await measureOnce(stopwatch, contenders, seconds));
  }
  // Only now: V8 compiles slower code for whoever has seen the odd cases.
  for (const { prove } of [ours, ...peers]) prove?.();
  return {
    suites: recordsOf(taken, contenders),
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

function recordsOf(taken, contenders) {
  const names = contenders.map(({ name }) => name);
  const any = new Set(names.filter((name) => calmOf(taken, name) < FEW));
  const counts = (suite, name) => any.has(name) || suite[name].calm;
  const record = (suite) =>
    names.filter((name) => counts(suite, name)).map((name) => [name, suite[name].seconds]);
  return taken.map((suite) => Object.fromEntries(record(suite)));
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
