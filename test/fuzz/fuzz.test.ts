import { expect, test } from "vitest";
import { Coverage, fuzz } from "./run.ts";
import { saveFailure } from "./seeds.ts";

const SEED = 20120907;
const STEPS = 1e5;

test(`${STEPS} steps of hostile drivers over modern, legacy and memory-mapped registers do no harm`, () => {
  const coverage = new Coverage();
  for (const failure of fuzz(SEED, STEPS, ["modern", "legacy", "mmio"], coverage)) {
    if (failure !== undefined) throw new Error(`${failure.message}: ${saveFailure(failure)}`);
  }
  expectReached(coverage);
}, 400_000);

/** What a run must have reached to mean anything. */
function expectReached(coverage: Coverage): void {
  expect(Object.entries(coverage.chains).filter(([, times]) => times <= 500)).toEqual([]);
  expect(Object.keys(coverage.faults).sort()).toEqual(FAULTS);
  expect(coverage.resets).toBeGreaterThan(1000);
  expect(coverage.migrations).toBeGreaterThan(1000);
  expect(coverage.lockFailures).toBeGreaterThan(100);
  expect(coverage.withheld).toBeGreaterThan(30);
  expect(coverage.stops).toBeGreaterThan(500);
}

/** Every kind of GuestFault except "too-long" and "oversized", which take more memory than there is. */
const FAULTS = [
  "address-out-of-range",
  "avail-head",
  "avail-index",
  "config-write",
  "empty",
  "hint-id",
  "hint-id-size",
  "hint-unasked",
  "indirect-nested",
  "indirect-not-negotiated",
  "indirect-table",
  "loop",
  "next-out-of-range",
  "odd-length",
  "order",
  "pfn-already-ballooned",
  "pfn-duplicate",
  "pfn-not-ballooned",
  "pfn-out-of-range",
  "poison-write",
  "ring-address",
  "stats-extra-buffer",
  "stats-length",
  "write-only",
];
