import { expect, test } from "vitest";
import { soakArgumentsOf } from "./options.ts";

test("time, restores and seed have defaults", () => {
  const usual = {
    help: false,
    milliseconds: 600_000,
    saveEveryMs: 20_000,
    leastRestores: 3,
    trafficRestores: 60,
    seed: 1,
  };
  expect(soakArgumentsOf([])).toEqual(usual);
  expect(soakArgumentsOf(["--for=30s", "--restores=1", "--traffic-restores=2", "--seed=7"])).toEqual({
    help: false,
    milliseconds: 30_000,
    saveEveryMs: 7500,
    leastRestores: 1,
    trafficRestores: 2,
    seed: 7,
  });
  expect(soakArgumentsOf(["--for=1.5m"]).milliseconds).toBe(90_000);
});

test.each([
  ["--for=10", '--for must be a time such as 30s or 2m, got "10"'],
  ["--for=0s", 'got "0s"'],
  ["--for=-1m", 'got "-1m"'],
  ["--restores=few", '--restores must be a whole number, got "few"'],
  ["--seed=-1", '--seed must be a whole number, got "-1"'],
  ["--minutes=1", "--minutes"],
])("%s is refused with a message that says what was expected", (arg, message) => {
  expect(() => soakArgumentsOf([arg])).toThrow(message);
});
