// Under a policy without 'wasm-unsafe-eval': what can be imported, and what fails at its first use.
import { Feature, PageTracker, featureSet, negotiate } from "ballonet";
import { run } from "./program.js";
import { show } from "./show.js";
import { discard } from "./discard.js";

const ENGINE = "/node_modules/ballonet/dist/engine.wasm";
const offered = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);

const refusal = async (use) => {
  try {
    await use();
    return "none";
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) return String(error);
    return error.message.includes("PageTracker.prepare") ? "says what to do" : "WebAssembly.CompileError";
  }
};

/** The policy is the page's: a worker has its own. */
const compiledInWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker("/src/compiling-worker.js", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(ENGINE);
  });

void show(async () => ({
  negotiated: negotiate({ silentDeflate: "never", offered, accepted: offered }).result,
  constructor: await refusal(() => new PageTracker(64)),
  prepare: await refusal(() => PageTracker.prepare()),
  prepareFromFile: await refusal(() => PageTracker.prepare(fetch(ENGINE))),
  prepareFromModule: await refusal(async () => PageTracker.prepare(await compiledInWorker())),
  afterwards: await run(),
  zeros: discard(),
}));
