// The entry for bundlers: the program here and in a worker, and the engine as a separate file.
import { PageTracker } from "ballonet";
import { run } from "./program.js";
import { show } from "./show.js";

async function inWorker() {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage("run");
  return answer;
}

async function fromFile() {
  await PageTracker.prepare(fetch(new URL("ballonet/engine.wasm", import.meta.url)));
  return new PageTracker(64).inflateRange(0, 64);
}

void show(async () => ({ engineFile: await fromFile(), page: await run(), worker: await inWorker() }));
