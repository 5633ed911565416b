import { generateSetup, generateStep } from "./generate.ts";
import { Random } from "./random.ts";
import { Subject } from "./subject.ts";
import type { Sabotage } from "./subject.ts";
import type { FuzzCase, Step, TransportName } from "./step.ts";

/** Steps on one machine before the next machine: few enough to shrink. */
const EPISODE = 250;

export interface Failure {
  readonly message: string;
  readonly found: FuzzCase;
}

/** What a run has reached: a fuzzer that reaches nothing finds nothing. */
export class Coverage {
  steps = 0;
  machines = 0;
  resets = 0;
  migrations = 0;
  hostCalls = 0;
  lockFailures = 0;
  withheld = 0;
  stops = 0;
  readonly chains: Record<string, number> = {};
  readonly faults: Record<string, number> = {};

  add(subject: Subject, steps: number): void {
    subject.end();
    this.steps += steps;
    this.machines++;
    for (const key of ["resets", "migrations", "hostCalls", "lockFailures", "withheld", "stops"] as const)
      this[key] += subject[key];
    addAll(this.chains, Object.entries(subject.model.chains));
    addAll(this.faults, subject.faults);
  }
}

function addAll(counts: Record<string, number>, more: Iterable<readonly [string, number]>): void {
  for (const [name, times] of more) counts[name] = (counts[name] ?? 0) + times;
}

/** Does the steps; returns what went wrong, if anything. */
export function replay({ setup, steps }: FuzzCase, sabotage?: Sabotage): string | undefined {
  const subject = new Subject(setup, sabotage);
  try {
    for (const step of steps) subject.apply(step);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Random machines, one after the other, until `steps` are done or one fails. */
export function* fuzz(
  seed: number,
  steps: number,
  transports: readonly TransportName[],
  coverage: Coverage,
  sabotage?: Sabotage,
): Generator<Failure | undefined> {
  const random = new Random(seed);
  for (let machine = 0; coverage.steps < steps; machine++) {
    const left = Math.min(EPISODE, steps - coverage.steps);
    yield episode(random, transports[machine % transports.length]!, left, coverage, sabotage);
  }
}

function episode(
  random: Random,
  transport: TransportName,
  length: number,
  coverage: Coverage,
  sabotage?: Sabotage,
): Failure | undefined {
  const setup = generateSetup(random, transport);
  const subject = new Subject(setup, sabotage);
  const steps: Step[] = [];
  try {
    while (steps.length < length) {
      steps.push(generateStep(random, transport, subject.idle));
      subject.apply(steps.at(-1)!);
    }
    return undefined;
  } catch (error) {
    return { message: String(error), found: { setup, steps } };
  } finally {
    coverage.add(subject, steps.length);
  }
}
