import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootOnBallonet, expectedReport, setTarget, type Machine } from "./ballonet.ts";
import { decimals } from "./own-balloon.ts";

const RETURNED = "returned=1 len=0 status=0f";
const HARMLESS = "returned=0 len=0 status=0f";
const BROKEN = "returned=0 len=0 status=4f";
const BALLOONED = 300;

/** Each abuse, the guest's reply, and the pages that change hands. */
const ABUSES: readonly (readonly [kind: string, outcome: string, pages: number])[] = [
  ["pfn-out-of-range", RETURNED, 2],
  ["pfn-max", RETURNED, 2],
  ["pfn-high-bit", RETURNED, 2],
  ["duplicates", RETURNED, 2],
  ["deflate-not-ballooned", RETURNED, 0],
  ["odd-length", RETURNED, 0],
  ["empty", RETURNED, 0],
  ["write-only", RETURNED, 0],
  ["self-loop", RETURNED, 0],
  ["long-loop", RETURNED, 0],
  ["next-out-of-range", RETURNED, 0],
  ["split-pfn", RETURNED, 3],
  ["mixed", RETURNED, 2],
  ["writable-first", RETURNED, 0],
  ["huge-length", RETURNED, 0],
  ["address-outside", RETURNED, 0],
  ["address-straddling", RETURNED, 0],
  ["address-wrap", RETURNED, 0],
  ["address-wrap-32", RETURNED, 0],
  ["address-high", RETURNED, 0],
  ["indirect-nested", RETURNED, 0],
  ["indirect-with-next", RETURNED, 0],
  ["indirect-odd-length", RETURNED, 0],
  ["indirect-empty", RETURNED, 0],
  ["head-out-of-range", BROKEN, 0],
  ["avail-jump", BROKEN, 0],
  ["notify-bad-queue", HARMLESS, 0],
  ["config-scribble", HARMLESS, 0],
];

describe.each([
  ["a plain ring", {}],
  ["indirect tables and event indices", { indirect: "on", event_idx: "on" }],
])("every abuse, on %s,", (_, options) => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootOnBallonet({ driver: "hostile", options });
    await setTarget(machine, BALLOONED);
  });
  afterAll(() => machine.guest.destroy());

  test("is in the table below", async () => {
    const kinds = ABUSES.map(([kind]) => kind).join(" ");
    expect(await machine.guest.command("abuse list")).toBe(`abuse list ${kinds}`);
  });

  test.each(ABUSES)("%s: %s, %i pages", async (kind, outcome, pages) => {
    const { guest, balloon } = machine;
    const before = balloon.device.pages.count;
    expect(await guest.command(`abuse ${kind}`)).toBe(`abuse ${kind} ${outcome}`);
    expect(balloon.device.pages.count).toBe(before + pages);
    expect(await guest.command("report")).toMatch(expectedReport(machine));
    expect(decimals(await guest.command("check")).bad).toBe(0);
    expect(balloon.actual).toBe(balloon.ballooned);
    if (outcome === BROKEN) await recover(machine);
  });

  test("leaves a balloon that works", async () => {
    await setTarget(machine, 1000);
    await setTarget(machine, 0);
    expect(await machine.guest.command("report")).toMatch(expectedReport(machine));
  });
});

async function recover({ guest }: Machine): Promise<void> {
  expect(guest.lines.at(-3)).toBe("needs-reset");
  await expect(guest.command("abuse empty")).rejects.toThrow("the device is not running");
  const settled = guest.waitFor("settled");
  expect(await guest.command("reset")).toBe("ready");
  expect(await settled).toMatch(`settled ballooned=${BALLOONED} `);
}
