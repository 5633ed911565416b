import { run } from "./program.js";

addEventListener("message", async () => {
  postMessage(await run());
});
