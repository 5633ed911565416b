import { describe, expect, test } from "vitest";
import { guestMemory, LinearMemory } from "../../src/memory/index.ts";
import { Balloon } from "../../src/balloon/index.ts";
import type { BalloonOptions } from "../../src/balloon/index.ts";
import { ZeroingHost } from "../../src/host/index.ts";
import { LockPolicy } from "../../src/lock/index.ts";
import { negotiate } from "../../src/negotiation/index.ts";

const ram = new Uint8Array(1 << 20);
const good: BalloonOptions = {
  memory: new LinearMemory(() => ram),
  interrupt: { raise: () => undefined, lower: () => undefined },
  host: new ZeroingHost(new LinearMemory(() => ram)),
};

/** The message that a mistake of the host, in JavaScript, leads to. */
function messageOf(options: unknown): string {
  try {
    new Balloon(options as BalloonOptions);
  } catch (error) {
    return String(error);
  }
  return "no error";
}

describe("an emulator that makes a mistake gets an error that says what was expected:", () => {
  test.each([
    [
      undefined,
      "memory: expected an object with regions, contains, read16, read32, write16, write32, copyOut, fill, isZero, got undefined",
    ],
    [{ ...good, memory: ram }, "memory.regions: expected an array, got undefined"],
    [{ ...good, interrupt: undefined }, "interrupt: expected an object with raise, lower, got undefined"],
    [{ ...good, interrupt: { raise: ram } }, "interrupt.raise: expected a function, got [object Uint8Array]"],
    [
      { ...good, host: undefined },
      "host: expected an object with pinned, unlock, lock, discard, got undefined",
    ],
    [
      { ...good, host: () => good.host },
      "host: expected an object with pinned, unlock, lock, discard, got [object Function]",
    ],
  ])("%#: %s", (options, message) => {
    expect(messageOf(options)).toBe(`TypeError: ${message}`);
  });

  test("and a correct call still works", () => {
    expect(messageOf(good)).toBe("no error");
  });
});

test("guest memory is made from a function, not from the bytes it returns now", () => {
  expect(() => guestMemory(ram as never)).toThrow(
    new TypeError("ram: expected a function or an array, got [object Uint8Array]"),
  );
});

test("negotiate refuses numbers instead of bigints", () => {
  const numbers = { silentDeflate: "never", offered: 1n, accepted: 1 } as never;
  expect(() => negotiate(numbers)).toThrow(new TypeError("accepted: expected a bigint, got 1"));
});

test("a lock policy needs an answer to failures", () => {
  const { host } = good;
  expect(() => new LockPolicy({ host, frames: 1, onLockFailure: "panic" as never })).toThrow(TypeError);
});
