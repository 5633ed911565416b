import benny from "benny";

/** benny's own cost of a call is 0.1 us: this keeps it far below what is measured. */
const LEAST_SECONDS_PER_CALL = 50e-6;
/** Short, so that on a busy machine most samples are not interrupted: it is their median that counts. */
const LEAST_SECONDS_PER_SAMPLE = 1e-3;
const silent = () => undefined;

/**
 * One thing that can be measured.
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => number} pass does the work once and puts everything back; returns what it did
 * @property {number} expect what `pass` must return: proof that the work was done, and done right
 * @property {() => void} [prove] throws unless it is right on input a benchmark should not see
 * @property {Contender} [minus] is measured too and subtracted: work of `pass` that is not meant
 */

const TRIAL_PASSES = 30;
const TRIAL_MS = { least: 20, most: 300 };

/** Warms a contender up for a moment; returns how many seconds its fastest pass took. */
export function trial(contender) {
  const run = repeated(contender, 1);
  const begin = performance.now();
  let fastest = Infinity;
  let elapsed = 0;
  for (
    let passes = 0;
    elapsed < TRIAL_MS.least || (passes < TRIAL_PASSES && elapsed < TRIAL_MS.most);
    passes++
  ) {
    const start = performance.now();
    run();
    const end = performance.now();
    fastest = Math.min(fastest, end - start);
    elapsed = end - begin;
  }
  return fastest / 1000;
}

/** Other processes only ever make a sample longer, so a quarter of the way up is nearer to the truth than the middle. */
const lowerQuartile = (samples) => samples.toSorted((a, b) => a - b)[samples.length >> 2];

/** Checks each pass, which also keeps the work alive. */
function repeated({ name, pass, expect }, times) {
  return () => {
    for (let i = 0; i < times; i++) {
      const did = pass();
      if (did !== expect) throw new Error(`${name}: expected a pass to return ${expect}, got ${did}`);
    }
  };
}

/** Prepares contenders to be measured together, again and again. */
export class Stopwatch {
  #cases;

  /** @param {Contender[]} contenders with different names */
  constructor(contenders) {
    this.#cases = contenders.map((contender) => {
      const times = Math.ceil(LEAST_SECONDS_PER_CALL / trial(contender));
      return { name: contender.name, times, run: repeated(contender, times) };
    });
  }

  /** One suite: about `seconds` for each contender, in turn. Returns the seconds of a pass by name. */
  async suite(seconds) {
    // benny runs its cases one after another, in this order: whoever began last time comes last.
    this.#cases.push(this.#cases.shift());
    const options = { maxTime: seconds, minTime: LEAST_SECONDS_PER_SAMPLE, minSamples: 5 };
    const cases = this.#cases.map(({ name, run }) => benny.add(name, run, options));
    const { results } = await benny.suite("suite", ...cases, benny.cycle(silent), benny.complete(silent));
    const times = new Map(this.#cases.map((entry) => [entry.name, entry.times]));
    return new Map(
      results.map(({ name, details }) => [name, lowerQuartile(details.sampleResults) / times.get(name)]),
    );
  }
}
