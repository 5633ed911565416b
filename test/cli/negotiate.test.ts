import { describe, expect, test } from "vitest";
import { ballonet, json } from "./ballonet.ts";

describe("ballonet negotiate", () => {
  test("without arguments shows every class, every driver and both interfaces", async () => {
    const { code, out } = await ballonet(["negotiate"]);
    const rows = out.split("\n").filter((line) => /^(never|optional|always) /.test(line));
    expect(rows).toHaveLength(24);
    expect(rows[0]).toMatch(/^never +modern +WILL_TELL_HOST +accepted +on$/);
    expect(rows[3]).toMatch(/^never +modern +neither bit +refused \(!\) +off$/);
    expect(rows[15]).toMatch(/^never +legacy +neither bit +needs-reset \(!\) +off$/);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
  });

  test.each<[string[], string[]]>([
    [
      ["--class=never", "--driver=will"],
      [
        "does not support silent deflate at all",
        "outcome   accepted",
        "policy on: memory is unlocked on inflate",
      ],
    ],
    [
      ["--class=optional", "--driver=silent"],
      ["SILENT_DEFLATE (bit 50)", "we cannot do the munlock/mlock", "policy off"],
    ],
    [
      ["--class=optional", "--driver=none"],
      ["accepted, the driver is at fault", "the driver is buggy and we cannot do the munlock/mlock"],
    ],
    [
      ["--class=never", "--driver=none", "--legacy"],
      ["legacy, takes nothing", "needs-reset, the driver is at fault", "DEVICE_NEEDS_RESET"],
    ],
    [
      ["--class=always", "--driver=none"],
      ["silent deflate is assumed, and supported", "policy off"],
    ],
  ])("explains %j", async (args, texts) => {
    const { code, out } = await ballonet(["negotiate", ...args]);
    for (const text of texts) expect(out).toContain(text);
    expect(code).toBe(0);
  });

  test("prints the cases with their outcomes with --json, narrowed by class, driver, interface and bit", async () => {
    const { cases, silentDeflateBit } = await json([
      "negotiate",
      "--class=optional",
      "--driver=will,silent",
      "--silent-bit=60",
    ]);
    expect(silentDeflateBit).toBe(60);
    expect(cases).toMatchObject([
      {
        class: "optional",
        legacy: false,
        offered: ["WILL_TELL_HOST", "SILENT_DEFLATE"],
        taken: ["WILL_TELL_HOST", "SILENT_DEFLATE"],
        outcome: { result: "accepted", lockPolicy: "off", promise: "silent", driverFault: false },
      },
    ]);
    expect((await json(["negotiate", "--class=never"])).cases).toHaveLength(8);
    expect((await json(["negotiate", "--driver=none", "--legacy"])).cases).toHaveLength(3);
  });
});
