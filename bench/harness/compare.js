import { quickestOf, recordsOf } from "./calm.js";
import { Stopwatch, trial } from "./timing.js";

/** @typedef {import("./timing.js").Contender} Contender */

/** A peer that takes this many times as long as the best one in its trial will not become the best. */
const HOPELESS = 4;

/**
 * Measures ours and its peers, suite after suite, each with every contender in it, until enough suites were calm for all;
 * if that takes too long, uses the disturbed ones.
 * @param {{ ours: Contender, peers: Contender[] }} contenders
 * @param {{ suites: number, patience: number, seconds: number, quickest: number }} effort how many suites are wanted, and
 * how many are taken at most for each of them; `quickest` is the least that the gauge is known to take
 * @returns {Promise<import("./summary.js").Measured>}
 */
export async function compare({ ours, peers }, { suites, patience, seconds, quickest }) {
  const tried = Object.fromEntries(peers.map((peer) => [peer.name, trial(peer)]));
  const best = Math.min(...Object.values(tried));
  const [close, hopeless] = split(peers, ({ name }) => tried[name] < HOPELESS * best);
  const contenders = [ours, ...close];
  const stopwatch = new Stopwatch(withSubtracted(contenders));
  await stopwatch.suite(seconds); // warms up
  const taken = [];
  const found = () => recordsOf(taken, contenders, (quickest = quickestOf(taken, quickest)));
  while (taken.length < suites || (found().calm < suites && taken.length < patience * suites)) {
    taken.push(await stopwatch.suite(seconds));
  }
  // Only now: V8 compiles slower code for a contender that has seen the odd cases.
  for (const { prove } of [ours, ...peers]) prove?.();
  const { records, ...calmness } = found();
  const names = hopeless.map(({ name }) => [name, tried[name]]);
  return { suites: records, ...calmness, quickest, hopeless: Object.fromEntries(names) };
}

function withSubtracted(contenders) {
  return [...new Set([...contenders, ...contenders.flatMap(({ minus }) => minus ?? [])])];
}

function split(items, test) {
  return [items.filter(test), items.filter((item) => !test(item))];
}
