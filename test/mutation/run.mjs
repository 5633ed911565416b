// npm run mutate [-- folder…] [--sample=N] [--seed=S]: puts small faults into the sources, one at a time, and checks
// that the tests notice. Fails when a fault survives that survivors.json does not explain. See docs/mutation.md.
import { parseArgs } from "node:util";
import { mutateAssembly } from "./assembly.mjs";
import { report } from "./score.mjs";
import { mutateTypeScript } from "./typescript.mjs";

const FOLDERS = ["assembly", "negotiation", "lock", "virtio"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: "string" }, seed: { type: "string", default: "1" } },
});
const unknown = positionals.find((folder) => !FOLDERS.includes(folder));
if (unknown !== undefined) throw new RangeError(`expected one of ${FOLDERS.join(", ")}, got ${unknown}`);

const outcomes = [];
for (const folder of positionals.length > 0 ? positionals : FOLDERS) {
  outcomes.push(...(await (folder === "assembly" ? mutateAssembly(values) : mutateTypeScript(folder))));
}
process.exitCode = report(outcomes) ? 0 : 1;
