import { median } from "./statistics.js";

/** How much longer than its best time the gauge may take around a calm call. */
const CALM = 1.08;
/** How many calm calls a contender needs in a suite to count as calm. */
const CALM_CALLS = 2;
/** How many suites must be calm so that the disturbed ones are left out. */
export const FEW = 3;

/** @typedef {{ gauged: number, seconds: number }} Call what the gauge took around it, and the seconds of one pass */

/** The shortest time that the gauge took in these suites, or took before. */
export function quickestOf(suites, before) {
  const gauged = suites.flatMap((calls) => [...calls.values()].flat()).map((call) => call.gauged);
  return gauged.reduce((least, each) => Math.min(least, each), before);
}

/**
 * Seconds of a pass by contender, a record a suite: of calm calls only, without contenders that had hardly any; or of
 * all calls when too few suites were calm. Never one with the other: the longer a call, the likelier it is disturbed.
 * @param {Map<string, Call[]>[]} suites
 * @param {import("./timing.js").Contender[]} contenders
 * @returns {{ records: Record<string, number>[], calm: number, disturbed: boolean }} `calm` is how many suites every peer
 * shares with ours at least
 */
export function recordsOf(suites, [ours, ...peers], quickest) {
  const isCalm = ({ gauged }) => gauged < CALM * quickest;
  const calmly = (calls) => secondsOf(calls.filter(isCalm), CALM_CALLS);
  const records = suites.map((calls) => recordOf(calls, [ours, ...peers], calmly));
  const shared = ({ name }) => records.filter((record) => ours.name in record && name in record).length;
  const calm = Math.min(...peers.map(shared));
  if (calm >= FEW) return { records, calm, disturbed: false };
  const anyhow = (calls) => secondsOf(calls, 1);
  return { records: suites.map((calls) => recordOf(calls, [ours, ...peers], anyhow)), calm, disturbed: true };
}

function secondsOf(calls, least) {
  return calls.length < least ? undefined : median(calls.map(({ seconds }) => seconds));
}

/** Subtracts what is to be subtracted; a contender of which nothing is left was not measured. */
function recordOf(calls, contenders, secondsOf) {
  const net = ({ name, minus }) =>
    secondsOf(calls.get(name)) - (minus === undefined ? 0 : secondsOf(calls.get(minus.name)));
  const entries = contenders.map((contender) => [contender.name, net(contender)]);
  return Object.fromEntries(entries.filter(([, seconds]) => seconds > 0));
}
