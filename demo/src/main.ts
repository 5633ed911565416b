import { painted } from "./frame.ts";

// What boots a guest is loaded once the page can be read: compiling it first would delay the first paint.
void painted().then(async () => {
  const { App } = await import("./app.ts");
  new App().start();
});
