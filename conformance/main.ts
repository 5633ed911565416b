// npm run conformance: writes CONFORMANCE.md.
import { writeFileSync } from "node:fs";
import { sections } from "./index.ts";
import { markdown } from "./markdown.ts";
import { namedInTests } from "./named.ts";

writeFileSync("CONFORMANCE.md", `${markdown(sections, namedInTests())}\n`);
