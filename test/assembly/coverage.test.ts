import { describe, expect, test, vi } from "vitest";
import { connectProbes, dead, notReached } from "./probed-engine.ts";

// The tests of the tracker on an engine that says which places of its sources are reached. The project "plain" runs
// this file too, with the engine without SIMD.
vi.mock("../../src/generated/engine.ts", () => import("./probed-engine.ts"));

// A bitmap of 512 MiB takes long and reaches nothing more than a small one.
vi.mock("../tracker/arbitraries.ts", async (original) => {
  const arbitraries = await original<typeof import("../tracker/arbitraries.ts")>();
  return { ...arbitraries, frameCounts: arbitraries.frameCounts.filter((frames) => frames <= 2 ** 20) };
});

connectProbes();

await import("../tracker/batch.test.ts");
await import("../tracker/commands.test.ts");
await import("../tracker/host-pages.test.ts");
await import("../tracker/range.test.ts");
// Last: it leaves a module behind whose memory is limited.
await import("../tracker/memory.test.ts");

describe("the sources of the engine", () => {
  test("are reached by the tests everywhere", () => {
    expect(notReached()).toEqual([]);
  });

  test("all belong to one of the two engines", () => {
    expect(dead()).toEqual([]);
  });
});
