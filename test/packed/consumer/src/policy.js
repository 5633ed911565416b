// Under a content security policy: what can be imported, and what is refused at its first use.
import { Feature, PageTracker, featureSet, judge } from "ballonet";
import { show } from "./show.js";

const offered = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);

const refusal = async (use) => {
  try {
    await use();
    return "none";
  } catch (error) {
    return error instanceof WebAssembly.CompileError ? "WebAssembly.CompileError" : String(error);
  }
};

void show(async () => ({
  judged: judge({ silentDeflate: "never", offered, accepted: offered }).outcome,
  constructor: await refusal(() => new PageTracker(64)),
  prepare: await refusal(() => PageTracker.prepare()),
  prepareFromFile: await refusal(() => PageTracker.prepare(fetch("/node_modules/ballonet/dist/engine.wasm"))),
}));
