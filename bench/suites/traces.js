import { readFileSync } from "node:fs";
import { decodeTrace } from "../../dist/entries/trace.js";
import { fresh } from "../harness/fresh.js";
import { DetectAndJoin } from "../peers/detect-and-join.js";
import { SetModel } from "../peers/set-model.js";
import { SortAndJoin } from "../peers/sort-and-join.js";
import { StagedTracker, bytesOf } from "../peers/staged-tracker.js";

const NAMES = ["inflate", "smallsteps", "pressure", "hint"];

function load(name) {
  const { guestFrames, records } = decodeTrace(
    readFileSync(new URL(`../../test/fixtures/${name}.vbtr`, import.meta.url)),
  );
  const batches = records
    .filter((record) => "pfns" in record)
    .map(({ kind, pfns }) => {
      const copy = pfns.slice();
      return { inflates: kind === "inflate", pfns: copy, bytes: bytesOf(copy) };
    });
  return { guestFrames, batches };
}

/** A host that adds up what it is told. */
class CountingHost {
  frames = 0;
  runs = 0;

  /** Unlocks or locks: either way a call for every run. */
  call(first, frames) {
    this.frames += frames;
    this.runs += 1 + (first & 1);
  }
}

const replayTracker = (peer, batches, host) => {
  const { tracker } = peer;
  // The device uses one list again and again, too.
  const list = tracker.runs.clone();
  return () => {
    host.frames = host.runs = 0;
    for (const { inflates, pfns, bytes } of batches) {
      if (inflates) peer.inflate(pfns, bytes);
      else peer.deflate(pfns, bytes);
      const runs = tracker.copyRuns(list);
      for (let i = 0; i < runs.length; i++) host.call(runs.first(i), runs.frames(i));
    }
    tracker.clear();
    return host.frames + host.runs;
  };
};

const replayPeer = (peer, batches, host) => () => {
  host.frames = host.runs = 0;
  for (const { inflates, pfns } of batches) {
    if (inflates) peer.inflate(pfns);
    else peer.deflate(pfns);
    for (let i = 0; i < peer.length; i++) host.call(peer.pairs[2 * i], peer.pairs[2 * i + 1]);
  }
  peer.words.fill(0);
  return host.frames + host.runs;
};

/** What the host has to be told, by the plainest model. */
function expected({ guestFrames, batches }) {
  const model = new SetModel(guestFrames);
  const host = new CountingHost();
  for (const { inflates, pfns } of batches) {
    if (inflates) model.inflate(pfns);
    else model.deflate(pfns);
    const runs = model.runs();
    for (let i = 0; i < runs.length; i += 2) host.call(runs[i], runs[i + 1]);
  }
  return host.frames + host.runs;
}

function peer(name, Peer, { guestFrames, batches }, expect) {
  return { name, pass: fresh(replayPeer)(new Peer(guestFrames), batches, new CountingHost()), expect };
}

const row = (id, name, [peerName, Peer], goals) => {
  const trace = load(name);
  return {
    id: `${id}/${name}`,
    unit: "PFN",
    units: trace.batches.reduce((total, { pfns }) => total + pfns.length, 0),
    ...goals,
    contenders: () => {
      const { guestFrames, batches } = trace;
      const expect = expected(trace);
      const pass = fresh(replayTracker)(new StagedTracker(guestFrames), batches, new CountingHost());
      return {
        ours: { name: "PageTracker", pass, expect },
        peers: [peer(peerName, Peer, trace, expect)],
      };
    },
  };
};

/** Under pressure nine of ten batches have one PFN, so that there is least to gain. */
const DETECTED = { pressure: { must: 1.5, aim: 2 } };

/**
 * What Linux guests said, in the order they said it: tracked, with a host call for every run that changed hands. The
 * peers and the goals are those of the changed runs.
 */
export const rows = NAMES.flatMap((name) => [
  row("trace", name, ["JS, sort and join", SortAndJoin], { must: 4, aim: 7 }),
  row("trace-detected", name, ["JS, detect and join", DetectAndJoin], DETECTED[name]),
]);
