// Puts small faults into the sources, one at a time, and checks that the tests notice: docs/mutation.md. Fails when a
// fault survives that survivors.json does not explain.
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";

const FOLDERS = ["assembly", "negotiation", "lock", "virtio"];

const HELP = `npm run mutate -- [<folder>...] [--sample=<n>] [--seed=<n>] [--dry-run]

  <folder>   ${FOLDERS.join(", ")}: all of them
  --sample   only so many of the faults of assembly
  --seed     others of them: 1
  --dry-run  names the files that would be mutated, and does nothing`;

async function main() {
  const { folders, ...options } = optionsOrExit();
  if (options.help) return console.log(HELP);
  if (options["dry-run"]) return console.log(folders.flatMap(filesOf).join("\n"));
  // Imported only now: they need what has just been installed.
  const { mutateAssembly } = await import("./assembly.mjs");
  const { mutateTypeScript } = await import("./typescript.mjs");
  const { report } = await import("./score.mjs");
  const outcomes = [];
  for (const folder of folders) {
    outcomes.push(...(await (folder === "assembly" ? mutateAssembly(options) : mutateTypeScript(folder))));
  }
  process.exitCode = report(outcomes) ? 0 : 1;
}

function optionsOrExit() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`mutate: ${error.message}`);
    process.exit(2);
  }
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sample: { type: "string" },
      seed: { type: "string", default: "1" },
      "dry-run": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const unknown = positionals.find((folder) => !FOLDERS.includes(folder));
  if (unknown !== undefined) throw new RangeError(`expected one of ${FOLDERS.join(", ")}, got ${unknown}`);
  for (const name of ["sample", "seed"]) checkNumber(name, values[name]);
  return { ...values, folders: positionals.length > 0 ? positionals : FOLDERS };
}

function checkNumber(name, text) {
  if (text === undefined || /^\d+$/.test(text)) return;
  throw new RangeError(`--${name} must be a whole number, got "${text}"`);
}

function filesOf(folder) {
  const path = folder === "assembly" ? folder : `src/${folder}`;
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return names.sort().map((name) => `${path}/${name}`);
}

await main();
