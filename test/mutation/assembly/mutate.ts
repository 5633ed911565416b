import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test, vi } from "vitest";
import { readSources } from "../../assembly/sources.ts";
import { Killer } from "./killer.ts";
import { mutantsOf } from "./mutants.ts";
import { partOf, type Part } from "./part.ts";

// A bitmap of 512 MiB takes long. Where it matters, a separate test uses one.
vi.mock("../../tracker/arbitraries.ts", async (original) => {
  const arbitraries = await original<typeof import("../../tracker/arbitraries.ts")>();
  return { ...arbitraries, frameCounts: arbitraries.frameCounts.filter((frames) => frames <= 2 ** 20) };
});

await import("../../tracker/batch.test.ts");
await import("../../tracker/commands.test.ts");
await import("../../tracker/host-pages.test.ts");
await import("../../tracker/memory.test.ts");
await import("../../tracker/places.test.ts");
await import("../../tracker/query.test.ts");
await import("../../tracker/range.test.ts");

test("mutants", { timeout: 0 }, async () => {
  const part = JSON.parse(process.env.BALLONET_MUTATE!) as Part;
  const sources = readSources();
  const mutants = partOf(mutantsOf(sources), part);
  const killer = await Killer.create(sources, part.target);
  mkdirSync(dirname(part.out), { recursive: true });
  writeFileSync(part.out, "");
  for (const mutant of mutants) {
    appendFileSync(part.out, `${JSON.stringify({ ...mutant, outcome: await killer.test(mutant) })}\n`);
  }
});
