import { afterEach, describe, expect, test } from "vitest";
import { createBalancer } from "../../src/balance/index.ts";
import type { Balancer, BalancerOptions } from "../../src/balance/index.ts";
import type { Balloon } from "../../src/balloon/index.ts";
import { unpinned } from "../balloon/harness.ts";

const FRAMES = 64;
const { device } = unpinned({ frames: FRAMES });
let balancer: Balancer | undefined;

afterEach(() => {
  balancer?.dispose();
  balancer = undefined;
});

function make(options: unknown): Balancer {
  balancer = createBalancer(options as BalancerOptions);
  return balancer;
}

describe("the options of a balancer", () => {
  test.each([
    [undefined, TypeError, "budgetBytes: expected an integer from 1 to 9007199254740991, got undefined"],
    [null, TypeError, "createBalancer: expected an object of options, got null"],
    [{}, TypeError, /^budgetBytes: .*, got undefined$/],
    [{ budgetBytes: "1" }, TypeError, /^budgetBytes: .*, got "1"$/],
    [{ budgetBytes: 0 }, RangeError, /^budgetBytes: .*, got 0$/],
    [{ budgetBytes: NaN }, RangeError, /^budgetBytes: .*, got NaN$/],
    [{ budgetBytes: Infinity }, RangeError, /^budgetBytes: .*, got Infinity$/],
    [{ budgetBytes: 1, intervalMs: "1" }, TypeError, /^intervalMs: .*, got "1"$/],
    [{ budgetBytes: 1, intervalMs: 0 }, RangeError, /^intervalMs: .*, got 0$/],
    [{ budgetBytes: 1, intervalMs: 2 ** 31 }, RangeError, /^intervalMs: .*, got 2147483648$/],
    [{ budgetBytes: 1, onError: 5 }, TypeError, "onError: expected a function, got 5"],
    [
      { budgetbytes: 1 },
      TypeError,
      'createBalancer: unknown option "budgetbytes"; did you mean "budgetBytes"?',
    ],
    [{ budgetBytes: 1, interval: 1 }, TypeError, /^createBalancer: unknown option "interval"/],
    [{ budgetBytes: 1, intervalMS: 1 }, TypeError, /did you mean "intervalMs"\?$/],
    [{ ["x".repeat(40)]: 1 }, TypeError, /^createBalancer: unknown option "x/],
  ])("refuse %j", (options, kind, message) => {
    expect(() => make(options)).toThrow(kind);
    expect(() => make(options)).toThrow(message);
  });

  test.each([
    [null, TypeError, "claims: expected an object of options, got null"],
    [{ minimumBytes: "1" }, TypeError, /^minimumBytes: .*, got "1"$/],
    [{ minimumBytes: -1 }, RangeError, /^minimumBytes: expected an integer from 0 to 262144, got -1$/],
    [{ minimumBytes: NaN }, RangeError, /^minimumBytes: .*, got NaN$/],
    [{ minimumBytes: FRAMES * 4096 + 1 }, RangeError, /^minimumBytes: .*, got 262145$/],
    [{ weight: true }, TypeError, /^weight: .*, got true$/],
    [{ weight: 0 }, RangeError, /^weight: expected a number from 0.001 to 1000, got 0$/],
    [{ weight: Infinity }, RangeError, /^weight: .*, got Infinity$/],
    [{ wieght: 2 }, TypeError, 'claims: unknown option "wieght"; did you mean "weight"?'],
    [{ minimum_bytes: 2 }, TypeError, 'claims: unknown option "minimum_bytes"; did you mean "minimumBytes"?'],
  ])("refuse a guest with the claims %j", (claims, kind, message) => {
    const refused = make({ budgetBytes: 1 });
    const add = (): unknown => refused.add(device, claims as object);
    expect(add).toThrow(kind);
    expect(add).toThrow(message);
    expect(refused.committedBytes).toBe(0);
  });

  test.each([
    [undefined, "device: expected a Balloon, got undefined"],
    [5, "device: expected a Balloon, got 5"],
    [{ device }, "device: expected a Balloon, got [object Object]; did you mean its .device?"],
  ])("refuse anything that is not a Balloon", (value, message) => {
    const add = (): unknown => make({ budgetBytes: 1 }).add(value as unknown as Balloon);
    expect(add).toThrow(TypeError);
    expect(add).toThrow(message);
  });

  test("accept a device only once, and again after it was removed", () => {
    const balancing = make({ budgetBytes: 1 });
    const leave = balancing.add(device);
    expect(() => balancing.add(device)).toThrow(RangeError);
    leave();
    leave();
    balancing.add(device);
    expect(balancing.committedBytes).toBe(FRAMES * 4096);
  });
});
