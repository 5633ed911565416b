import { median } from "./statistics.js";
import { Stopwatch, trial } from "./timing.js";

/** @typedef {import("./timing.js").Contender} Contender */

/** A peer that takes this many times as long as the best one in its trial will not become the best. */
const HOPELESS = 4;
/** For every suite that is wanted, this many are taken at most to find calm ones. */
const MOST_TAKEN = 4;
/** Calm suites that say more than all suites together. */
const FEW = 3;

/**
 * Measures ours and its peers, suite after suite, each with every contender in it, until enough of them were calm; when
 * there is no end to it, the others have to do.
 * @param {{ ours: Contender, peers: Contender[] }} contenders
 * @param {{ suites: number, seconds: number, quickest: number }} effort `quickest` is the least that the gauge can take
 * @returns {Promise<{ suites: Record<string, number>[], calm: number, hopeless: Record<string, number> }>} seconds of a
 * pass by contender: one record a suite, and one of the peers that were only tried; how many of the suites were calm
 */
export async function compare({ ours, peers }, { suites, seconds, quickest }) {
  const tried = Object.fromEntries(peers.map((peer) => [peer.name, trial(peer)]));
  const best = Math.min(...Object.values(tried));
  const [close, hopeless] = split(peers, ({ name }) => tried[name] < HOPELESS * best);
  const contenders = [ours, ...close];
  const stopwatch = new Stopwatch(withSubtracted(contenders), quickest);
  await measureOnce(stopwatch, contenders, seconds); // warms up
  const taken = [];
  while (calm(taken).length < suites && taken.length < MOST_TAKEN * suites) {
    taken.push(await measureOnce(stopwatch, contenders, seconds));
  }
  // Only now: V8 compiles slower code for whoever has seen the odd cases.
  for (const { prove } of [ours, ...peers]) prove?.();
  const counted = calm(taken).length < FEW ? taken : calm(taken);
  return {
    suites: counted.map(({ record }) => record),
    calm: calm(taken).length,
    hopeless: Object.fromEntries(hopeless.map(({ name }) => [name, tried[name]])),
  };
}

const calm = (taken) => taken.filter((suite) => suite.calm);

const withSubtracted = (contenders) => [
  ...new Set([...contenders, ...contenders.flatMap(({ minus }) => minus ?? [])]),
];

function split(items, test) {
  return [items.filter(test), items.filter((item) => !test(item))];
}

async function measureOnce(stopwatch, contenders, seconds) {
  const { calm, times } = await stopwatch.suite(seconds);
  const net = ({ name, minus }) => times.get(name) - (minus ? times.get(minus.name) : 0);
  return {
    calm,
    record: Object.fromEntries(contenders.map((contender) => [contender.name, net(contender)])),
  };
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
