import { expect, test } from "vitest";
import { optionsOf } from "./options.ts";

test("steps, seed and transport have defaults", () => {
  expect(optionsOf([])).toMatchObject({ steps: 100_000, transports: ["modern", "legacy", "mmio"] });
  expect(optionsOf(["--steps=1e6", "--seed=7", "--transport=mmio"])).toEqual({
    help: false,
    steps: 1_000_000,
    seed: 7,
    transports: ["mmio"],
  });
});

test.each([
  ["--steps=abc", '--steps must be a whole number, such as 1000 or 1e6, got "abc"'],
  ["--steps=", 'got ""'],
  ["--seed=-1", '--seed must be a whole number, such as 1000 or 1e6, got "-1"'],
  ["--transport=usb", '--transport must be one of modern, legacy, mmio, got "usb"'],
  ["--step=1", "--step"],
])("%s is refused with a message that says what was expected", (arg, message) => {
  expect(() => optionsOf([arg])).toThrow(message);
});
