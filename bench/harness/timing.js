import benny from "benny";
import { gauge } from "./gauge.js";
import { median } from "./statistics.js";

/** Keeps benny's own cost of a call, 0.1 us, and that of the gauge small. */
const LEAST_SECONDS_PER_CALL = 100e-6;
const LEAST_SECONDS_PER_SAMPLE = 1e-3;
const silent = () => undefined;

/** How much longer than at its best the gauge may take around a call that counts. */
const CALM = 1.08;
/** Calls of a contender that have to count for it to have been calm in a suite. */
const CALM_CALLS = 2;

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
const TRIAL_MS = { least: 20, most: 150 };

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

/** Checks each pass, which also keeps the work alive. */
function repeated({ name, pass, expect }, times) {
  return () => {
    for (let i = 0; i < times; i++) {
      const did = pass();
      if (did !== expect) throw new Error(`${name}: expected a pass to return ${expect}, got ${did}`);
    }
  };
}

/** The calls of one contender. */
class Calls {
  #times;
  #run;
  /** What the gauge took around each call of this suite, and the seconds of one pass. */
  #taken = [];

  constructor(contender) {
    this.name = contender.name;
    this.#times = Math.ceil(LEAST_SECONDS_PER_CALL / trial(contender));
    this.#run = repeated(contender, this.#times);
  }

  call() {
    const before = gauge();
    const start = performance.now();
    this.#run();
    const seconds = (performance.now() - start) / 1000 / this.#times;
    this.#taken.push({ gauged: Math.max(before, gauge()), seconds });
  }

  /** Ends the suite: whether enough calls were calm, and their median, or that of the calmest there were. */
  end(quickest) {
    const taken = this.#taken.toSorted((a, b) => a.gauged - b.gauged);
    const calls = taken.filter(({ gauged }) => gauged < CALM * quickest);
    const calm = calls.length >= CALM_CALLS;
    this.#taken = [];
    return {
      calm,
      seconds: median((calm ? calls : taken.slice(0, CALM_CALLS)).map(({ seconds }) => seconds)),
    };
  }
}

/** Prepares contenders to be measured together, again and again. */
export class Stopwatch {
  #calls;
  #quickest;

  /**
   * @param {Contender[]} contenders with different names
   * @param {number} quickest the least that the gauge can take
   */
  constructor(contenders, quickest) {
    this.#calls = contenders.map((contender) => new Calls(contender));
    this.#quickest = quickest;
  }

  /**
   * One suite: about `seconds` for each contender, in turn. Returns by name the seconds of a pass, and whether they are
   * of calls that nobody else's work disturbed.
   */
  async suite(seconds) {
    // benny runs its cases one after another, in this order: whoever began last time comes last.
    this.#calls.push(this.#calls.shift());
    const options = { maxTime: seconds, minTime: LEAST_SECONDS_PER_SAMPLE, minSamples: 5, delay: 0 };
    const cases = this.#calls.map((calls) => benny.add(calls.name, () => calls.call(), options));
    await benny.suite("suite", ...cases, benny.cycle(silent), benny.complete(silent));
    return new Map(this.#calls.map((calls) => [calls.name, calls.end(this.#quickest)]));
  }
}
