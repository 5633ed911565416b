import { fresh } from "../harness/fresh.js";
import { generator } from "../harness/patterns.js";
import { TrackerQueries } from "../peers/tracker-queries.js";
import { contendersOf } from "./families.js";

/** 4 MiB: what Linux reports at a time. */
const RANGE = 1024;
const RANGES = 256;

function starts(frames) {
  const random = generator();
  return Uint32Array.from({ length: RANGES }, () => random(frames - RANGE));
}

/** Adds and removes the range in many places; adds up what changed. */
const counted = (set, firsts, range) => () => {
  let changed = 0;
  for (const first of firsts) {
    changed += set.inflateRange(first, first + range);
    changed += set.deflateRange(first, first + range);
  }
  return changed;
};

/** The same with a set that does not count: looks at the ends instead. */
const uncounted = (set, firsts, range) => () => {
  let ends = 0;
  for (const first of firsts) {
    set.setRange(first, first + range);
    ends += set.has(first) + set.has(first + range - 1);
    set.clearRange(first, first + range);
    ends -= set.has(first) + set.has(first + range - 1);
  }
  return ends;
};

function counting(name, Peer, frames, firsts) {
  if (Peer.prototype.inflateRange === undefined) return undefined;
  return { name, pass: fresh(counted)(new Peer(frames), firsts, RANGE), expect: 2 * RANGE * RANGES };
}

function notCounting(name, Peer, frames, firsts) {
  if (Peer.prototype.setRange === undefined) return undefined;
  return { name, pass: fresh(uncounted)(new Peer(frames), firsts, RANGE), expect: 2 * RANGES };
}

const row = (family, bits, contenderOf) => ({
  id: `range${family}/2^${bits}`,
  unit: "range",
  units: 2 * RANGES,
  must: 1,
  aim: 2,
  contenders: async () => {
    const frames = 2 ** bits;
    const firsts = starts(frames);
    return {
      ours: counting("PageTracker", TrackerQueries, frames, firsts),
      peers: await contendersOf(family, (name, Peer) => contenderOf(name, Peer, frames, firsts)),
    };
  },
});

/** 4 MiB given and taken back. The bit sets do not say how many frames that changed, ours and roaring do. */
export const rows = [20, 28].flatMap((bits) => [row("", bits, notCounting), row("-roaring", bits, counting)]);
