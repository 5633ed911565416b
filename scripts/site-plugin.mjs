// A plugin for TypeDoc. It names each guide by its heading, and links every page of the site to the demo: TypeDoc's own
// option for links writes them as they are, so a relative one would work on the front page only.
import { Converter, JSX } from "typedoc";

export function load({ converter, renderer }) {
  converter.on(Converter.EVENT_CREATE_DOCUMENT, (_project, guide) => {
    const text = guide.content.map((part) => part.text).join("");
    guide.name = /^# (.+)$/m.exec(text)?.[1] ?? guide.name;
  });
  renderer.hooks.on("sidebar.begin", ({ relativeURL }) =>
    JSX.createElement("p", null, JSX.createElement("a", { href: relativeURL("demo/index.html") }, "Demo")),
  );
}
