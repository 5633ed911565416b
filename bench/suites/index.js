import { rows as accounting } from "./accounting.js";
import { rows as descriptor } from "./descriptor.js";
import { rows as footprint } from "./footprint.js";
import { rows as guest } from "./guest.js";
import { rows as hostPages } from "./host-pages.js";
import { rows as kicks } from "./kicks.js";
import { rows as native } from "./native.js";
import { rows as npm } from "./npm.js";
import { rows as queries } from "./queries.js";
import { rows as ranges } from "./ranges.js";
import { rows as route } from "./route.js";
import { rows as runs } from "./runs.js";
import { rows as scale } from "./scale.js";
import { rows as smallBatches } from "./small-batches.js";
import { rows as states } from "./states.js";
import { rows as traces } from "./traces.js";

/**
 * A line of the report: times compared with those of peers.
 * @typedef {object} RatioRow
 * @property {string} id "suite/case", what --only looks at
 * @property {boolean} [slow] left out by --quick unless named, and in fewer suites
 * @property {boolean} [percent] whether the ratio is shown as a share
 * @property {number} [must] the ratio it has to reach
 * @property {number} [aim] the ratio it should reach
 * @property {string} unit what one nanosecond figure is for
 * @property {number} units how many of them a pass does
 * @property {() => Contenders | Promise<Contenders>} [contenders] made anew for each process; throws `Unavailable` when
 * this machine cannot
 * @property {(effort: { suites: number, seconds: number }) => Promise<object>} [race] instead of them, for what benny
 * cannot run: measures by itself
 *
 * @typedef {object} Contenders
 * @property {import("../harness/timing.js").Contender} ours
 * @property {import("../harness/timing.js").Contender[]} peers
 *
 * A line of the report: one figure.
 * @typedef {object} ValueRow
 * @property {string} id
 * @property {string} unit
 * @property {number} atMost what it has to stay below
 * @property {() => number[] | Promise<number[]>} values the median is meant
 *
 * @typedef {RatioRow | ValueRow} Row
 */

/** @type {Row[]} */
export const rows = [
  ...accounting,
  ...smallBatches,
  ...npm,
  ...runs,
  ...hostPages,
  ...native,
  ...descriptor,
  ...route,
  ...traces,
  ...ranges,
  ...queries,
  ...scale,
  ...guest,
  ...states,
  ...kicks,
  ...footprint,
];
