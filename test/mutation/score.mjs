import { readFileSync } from "node:fs";
import { join } from "node:path";
import { idOf } from "./name.mjs";

/** By file: reasons, and for each the ids of the mutants that no test can kill. */
const explained = JSON.parse(readFileSync(join(import.meta.dirname, "survivors.json"), "utf8"));

/** Prints scores and unexplained survivors; returns whether there are no unexplained ones. */
export function report(outcomes) {
  const open = outcomes.filter((mutant) => mutant.outcome === "survived" && !isExplained(mutant));
  for (const folder of new Set(outcomes.map(folderOf))) {
    console.log(
      scoreOf(
        folder,
        outcomes.filter((mutant) => folderOf(mutant) === folder),
      ),
    );
  }
  for (const mutant of open) console.log(`survived  ${shown(mutant)}`);
  for (const mutant of outcomes.filter(isStale)) console.log(`killed, though explained  ${shown(mutant)}`);
  return open.length === 0;
}

function scoreOf(folder, mutants) {
  const killed = mutants.filter(({ outcome }) => outcome === "killed").length;
  const survivors = mutants.filter(({ outcome }) => outcome === "survived");
  const open = survivors.filter((mutant) => !isExplained(mutant)).length;
  const same = mutants.filter(({ outcome }) => outcome === "equivalent").length;
  const score = ((100 * killed) / (killed + open)).toFixed(1);
  return (
    `${folder}: ${score} % (${killed} killed, ${open} survived; equivalent: ` +
    `${same} by the compiler, ${survivors.length - open} explained)`
  );
}

function isStale(mutant) {
  return mutant.outcome !== "survived" && isExplained(mutant);
}

function isExplained(mutant) {
  return (explained[mutant.file] ?? []).some(({ mutants }) => mutants.includes(idOf(mutant)));
}

function shown(mutant) {
  return `${mutant.file}  ${idOf(mutant)}  ${mutant.name}`;
}

/** `lock` of src/lock/…, `assembly` of assembly/…. */
function folderOf({ file }) {
  return file.split("/").at(file.startsWith("src/") ? 1 : 0);
}
