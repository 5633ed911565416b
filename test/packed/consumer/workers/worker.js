// A Cloudflare Worker, which may not compile: the engine is a module that was compiled when the Worker was deployed.
import { PageTracker } from "ballonet";
import engine from "ballonet/engine.wasm";
import { discard } from "../src/discard.js";
import { run } from "../src/program.js";

function refusal() {
  try {
    return new PageTracker(64).frames;
  } catch ({ name, message }) {
    return `${name}: ${message}`;
  }
}

const refused = refusal();
await PageTracker.prepare(engine);

export default {
  fetch: async () => Response.json({ refused, outcome: await run(), zeros: discard() }),
};
