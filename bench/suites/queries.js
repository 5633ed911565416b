import { fresh } from "../harness/fresh.js";
import { generator } from "../harness/patterns.js";
import { TrackerQueries } from "../peers/tracker-queries.js";
import { FAMILIES, contendersOf } from "./families.js";

const RUNS = 4096;

/** Runs of 1 to 63 frames all over memory, as [first, end] pairs: a balloon that has been in use for a while. */
function balloon(frames) {
  const random = generator();
  const slot = frames / RUNS;
  return Array.from({ length: RUNS }, (_, i) => {
    const first = i * slot + random(slot - 64);
    return [first, first + 1 + random(63)];
  });
}

function fill(set, runs) {
  for (const [first, end] of runs) {
    if (set.inflateRange !== undefined) set.inflateRange(first, end);
    else set.inflate(Uint32Array.from({ length: end - first }, (_, i) => first + i));
  }
}

const framesIn = (runs) => runs.reduce((total, [first, end]) => total + end - first, 0);

const counting = (set) => () => set.population();

/** The runs, visited: adds up their frames, and the first frames that are odd. */
const visitingRuns = (set) => {
  let sum = 0;
  const visit = (first, frames) => {
    sum += frames + (first & 1);
  };
  return () => {
    sum = 0;
    set.eachRun(visit);
    return sum;
  };
};

/** The same from a set that knows frames only. */
const visitingFrames = (set) => {
  let sum = 0;
  let next = -1;
  const visit = (frame) => {
    sum += 1 + (frame === next ? 0 : frame & 1);
    next = frame + 1;
  };
  return () => {
    sum = 0;
    next = -1;
    set.eachFrame(visit);
    return sum;
  };
};

const listingFrames = (set) => () => {
  const frames = set.listFrames();
  let sum = 0;
  let next = -1;
  for (let i = 0; i < frames.length; i++) {
    sum += 1 + (frames[i] === next ? 0 : frames[i] & 1);
    next = frames[i] + 1;
  }
  return sum;
};

const encoding = (set) => () => set.encode().length;

const decoding = (set, saved, first) => () => {
  set.decode(saved);
  const last = set.has(first);
  set.decode(saved);
  return last + set.has(first);
};

/** For each query: whether a class can answer it, and the contender, given a filled set of that class. */
const QUERIES = {
  count: {
    units: 1,
    can: ({ population }) => population,
    contender: (set, { runs }) => ({ pass: fresh(counting)(set), expect: framesIn(runs) }),
  },
  runs: {
    units: 1,
    can: ({ eachRun, eachFrame, listFrames }) => eachRun ?? eachFrame ?? listFrames,
    contender: (set, { runs }) => ({
      pass: fresh(set.eachRun ? visitingRuns : set.eachFrame ? visitingFrames : listingFrames)(set),
      expect: runs.reduce((sum, [first, end]) => sum + end - first + (first & 1), 0),
    }),
  },
  encode: {
    units: 1,
    can: ({ encode }) => encode,
    contender: (set) => ({ pass: fresh(encoding)(set), expect: set.encode().length }),
  },
  decode: {
    units: 2,
    can: ({ decode }) => decode,
    contender: (set, { runs }) => {
      return { pass: fresh(decoding)(set, set.encode(), runs[0][0]), expect: 2 };
    },
  },
};

function contender(name, Peer, query, content) {
  if (!query.can(Peer.prototype)) return undefined;
  const set = new Peer(content.frames);
  fill(set, content.runs);
  return { name, ...query.contender(set, content) };
}

const row = (name, query, family, bits, goals) => ({
  id: `query-${name}${family}/2^${bits}`,
  unit: "query",
  units: query.units,
  slow: bits > 20,
  ...goals,
  contenders: async () => {
    const content = { frames: 2 ** bits, runs: balloon(2 ** bits) };
    return {
      ours: contender("PageTracker", TrackerQueries, query, content),
      peers: await contendersOf(family, (peer, Peer) => contender(peer, Peer, query, content)),
    };
  },
});

/**
 * Bit sets do the same work, except for saving: they copy all their bits, and compressed bitmaps hold counts and runs
 * already. Only the same work has a goal.
 */
const goalsOf = (name, family) =>
  family === "" && ["count", "runs"].includes(name) ? { must: 5, aim: 15 } : {};

/** What a balloon is asked for now and then: 4096 runs, some 130,000 frames, in a small memory and in a large one. */
export const rows = Object.entries(QUERIES).flatMap(([name, query]) =>
  [20, 28].flatMap((bits) =>
    Object.keys(FAMILIES).map((family) => row(name, query, family, bits, goalsOf(name, family))),
  ),
);
