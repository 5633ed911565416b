import { compile, type Target } from "../../assembly/compile.ts";
import { addProbes, type Probe } from "../../assembly/probes.ts";
import type { Sources } from "../../assembly/sources.ts";
import { collected, type CollectedTest } from "./collected.ts";
import { connect, fuel, hits, use } from "./engine-under-test.ts";
import { addFuel } from "./fuel.ts";
import { applyMutant, type Mutant } from "./mutants.ts";

/** What a test does on the unchanged engine. */
interface Passed extends CollectedTest {
  readonly fuel: number;
  readonly milliseconds: number;
  readonly reached: ReadonlySet<number>;
}

export type Outcome = "killed" | "survived" | "equivalent" | "invalid";

/** A test that takes more milliseconds than this runs only when all others have passed. */
const SLOW = 500;
const FULL = 2 ** 31 - 1;

/** Tests mutants of one of the engines. */
export class Killer {
  readonly #sources: Sources;
  readonly #target: Target;
  readonly #probes: readonly Probe[];
  readonly #tests: readonly Passed[];
  #optimized: Uint8Array | undefined;

  private constructor(sources: Sources, target: Target, probes: readonly Probe[], tests: readonly Passed[]) {
    this.#sources = sources;
    this.#target = target;
    this.#probes = probes;
    this.#tests = tests;
  }

  /** Runs the tests on the unchanged engine: what they reach, and how many rounds of loops they take. */
  static async create(sources: Sources, target: Target): Promise<Killer> {
    const { sources: probed, probes } = addProbes(sources);
    connect(probes);
    const { wasm } = await compile(addFuel(probed), target);
    const tests: Passed[] = [];
    for (const test of collected) tests.push(await measured(test, wasm));
    tests.sort((a, b) => a.milliseconds - b.milliseconds);
    return new Killer(sources, target, probes, tests);
  }

  async test(mutant: Mutant): Promise<Outcome> {
    const sources = applyMutant(this.#sources, mutant);
    const wasm = await compiled(addFuel(sources), this.#target);
    if (!wasm) return "invalid";
    const tests = this.#testsOf(mutant);
    const fast = tests.filter(({ milliseconds }) => milliseconds < SLOW);
    if (await isKilled(wasm, fast)) return "killed";
    // Cheaper than the slow tests.
    if (await this.#compilesToTheSame(sources)) return "equivalent";
    return (await isKilled(wasm, tests.slice(fast.length))) ? "killed" : "survived";
  }

  /** The tests that reach the mutant, the fastest first. For a constant, all tests. */
  #testsOf({ file, start, end }: Mutant): readonly Passed[] {
    const around = this.#probes
      .map((probe, id) => ({ ...probe, id }))
      .filter((probe) => probe.file === file && probe.start <= start && end <= probe.end);
    if (around.length === 0) return this.#tests;
    const innermost = around.reduce((a, b) => (b.end - b.start < a.end - a.start ? b : a));
    return this.#tests.filter(({ reached }) => reached.has(innermost.id));
  }

  /** Whether the compiler's optimizer produces the same module from the mutant as from the engine. */
  async #compilesToTheSame(mutated: Sources): Promise<boolean> {
    this.#optimized ??= (await compile(this.#sources, this.#target, true)).wasm;
    const mutant = await compile(mutated, this.#target, true);
    return Buffer.compare(this.#optimized, mutant.wasm) === 0;
  }
}

async function measured(test: CollectedTest, wasm: Uint8Array<ArrayBuffer>): Promise<Passed> {
  for (const hit of hits) hit.value = 0;
  fuel.value = FULL;
  const start = process.cpuUsage();
  await use(wasm);
  await test.run();
  const milliseconds = process.cpuUsage(start).user / 1000;
  const reached = new Set(hits.flatMap(({ value }, id) => (value === 1 ? [id] : [])));
  return { ...test, fuel: FULL - fuel.value, milliseconds, reached };
}

async function isKilled(wasm: Uint8Array<ArrayBuffer>, tests: readonly Passed[]): Promise<boolean> {
  for (const test of tests) {
    if (!(await passes(test, wasm))) return true;
  }
  return false;
}

async function passes(test: Passed, wasm: Uint8Array<ArrayBuffer>): Promise<boolean> {
  // Four times as many rounds as the unchanged engine: more counts as a hang.
  fuel.value = Math.min(FULL, 4 * test.fuel + 100_000);
  try {
    await use(wasm);
    await test.run();
    return true;
  } catch {
    return false;
  }
}

async function compiled(sources: Sources, target: Target): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return (await compile(sources, target)).wasm;
  } catch {
    return undefined;
  }
}
