import { FEW } from "./calm.js";
import { median } from "./statistics.js";

/**
 * What one process measured.
 * @typedef {object} Measured
 * @property {Record<string, number>[]} suites seconds of a pass by contender, of those that were measured in the suite
 * @property {number} calm how many suites were calm for ours and every peer
 * @property {boolean} disturbed whether that were too few, so that all suites are there as they are
 * @property {number} quickest the least that the gauge took
 * @property {Record<string, number>} hopeless seconds of the peers that were only tried
 */

/**
 * What several processes measured, each counting as much as the next, and disturbed ones only if all are: the peer that
 * takes the least time is the best, and the ratio that of its time by ours, side by side.
 * @param {Measured[]} measured
 */
export function summarize(measured, ours) {
  const calm = measured.filter(({ disturbed }) => !disturbed);
  const processes = (calm.length > 0 ? calm : measured).map(({ suites }) => suites);
  const overall = (of) => median(processes.map(of).filter(Number.isFinite));
  const seconds = (name) => overall((suites) => secondsOf(suites, name));
  const names = new Set(processes.flat().flatMap(Object.keys));
  names.delete(ours);
  const peers = [...names]
    .map((name) => ({
      name,
      seconds: seconds(name),
      ratio: overall((suites) => ratioOf(suites, name, ours)),
    }))
    .sort((a, b) => a.seconds - b.seconds);
  return {
    ours: { name: ours, seconds: seconds(ours) },
    peers,
    hopeless: Object.assign({}, ...measured.map((each) => each.hopeless)),
    ratio: peers[0].ratio,
    disturbed: calm.length === 0,
  };
}

function secondsOf(suites, name) {
  return median(suites.map((record) => record[name]).filter(Number.isFinite));
}

/** The median over the suites with both, or of medians where hardly any has. */
function ratioOf(suites, name, ours) {
  const ratios = suites.map((record) => record[name] / record[ours]).filter(Number.isFinite);
  return ratios.length < FEW ? secondsOf(suites, name) / secondsOf(suites, ours) : median(ratios);
}
