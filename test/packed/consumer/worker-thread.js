import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { run } from "./src/program.js";

if (isMainThread) {
  new Worker(new URL(import.meta.url)).on("message", (outcome) => console.log(JSON.stringify(outcome)));
} else {
  parentPort.postMessage(await run());
}
