import benny from "benny";
import { gauge } from "./gauge.js";

/** Keeps benny's own cost of a call, 0.1 us, and that of the gauge small. */
const LEAST_SECONDS_PER_CALL = 100e-6;
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
  /** @type {import("./calm.js").Call[]} */
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

  /** Those since the last time. */
  take() {
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }
}

/** Prepares contenders to be measured together, again and again. */
export class Stopwatch {
  #calls;

  /** @param {Contender[]} contenders with different names */
  constructor(contenders) {
    this.#calls = contenders.map((contender) => new Calls(contender));
  }

  /** One suite: about `seconds` for each contender, in turn. Returns their calls by name. */
  async suite(seconds) {
    // benny runs its cases one after another, in this order: whoever began last time comes last.
    this.#calls.push(this.#calls.shift());
    const options = { maxTime: seconds, minTime: LEAST_SECONDS_PER_SAMPLE, minSamples: 5, delay: 0 };
    const cases = this.#calls.map((calls) => benny.add(calls.name, () => calls.call(), options));
    await benny.suite("suite", ...cases, benny.cycle(silent), benny.complete(silent));
    return new Map(this.#calls.map((calls) => [calls.name, calls.take()]));
  }
}
