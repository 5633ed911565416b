import { describe, expect, test } from "vitest";
import { replay } from "./run.ts";
import { savedCases } from "./seeds.ts";

describe("a failure that the fuzzer once found", () => {
  test.each(savedCases())("does not come back: %s", (_, found) => {
    expect(replay(found)).toBeUndefined();
  });
});
