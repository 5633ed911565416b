import { describe, expect, test } from "vitest";
import { RIG_COMMANDS } from "../../rig/cli/commands.ts";
import { ballonet, json } from "../cli/ballonet.ts";
import { linux } from "../linux/gate.ts";

describe("ballonet demo", () => {
  test("polite, the default: the lock policy is on and both sides agree", async () => {
    const { code, out } = await ballonet(["demo"]);
    expect(out).toContain("accepted, lock policy ON");
    expect(out).toMatch(/^inflate {3}to 20000 frames .* batches$/m);
    expect(out).toMatch(/^deflate {3}to 6000 frames .* batches$/m);
    expect(out).toMatch(/^bad input none$/m);
    expect(out).toMatch(/^agree .*ballooned 6000,.*locked frames 26768$/m);
    expect(code).toBe(0);
  });

  test.each([
    ["silent", "SILENT_DEFLATE: we cannot do the munlock/mlock"],
    ["buggy", "does not negotiate either bit: the driver is buggy"],
  ])("%s: the lock policy is off and reused pages keep their data", async (driver, reason) => {
    const { code, out } = await ballonet(["demo", `--driver=${driver}`]);
    expect(out).toContain("lock policy OFF");
    expect(out).toContain(reason);
    expect(out).toContain("told ok=500 bad=0");
    expect(out).toMatch(/^agree .*locked frames 32768$/m);
    expect(code).toBe(0);
  });

  test.each([
    ["--memory=16M", "16M", 2048, 4096 - 614],
    ["--memory=64M --target=32M", "64M", 8192, 16_384 - 2457],
    ["--memory=1G --target=100M", "1G", 25_600, 262_144 - 7680],
  ])("%s: boots that guest and inflates that far", async (options, memory, target, locked) => {
    const { code, out } = await ballonet(["demo", ...options.split(" ")]);
    expect(out).toMatch(new RegExp(`^guest {5}embedded, ${memory}, `, "m"));
    expect(out).toMatch(new RegExp(`^inflate {3}to ${target} frames `, "m"));
    expect(out).toMatch(new RegExp(`^agree .*locked frames ${locked}$`, "m"));
    expect(code).toBe(0);
  });

  test("--cmdline: the guest gets these words after the demo's, and before its defaults", async () => {
    const { balloon } = await json(["demo", "--cmdline=stats=on indirect=off"]);
    const { accepted, stats } = balloon as { accepted: string[]; stats: object };
    expect(accepted).toEqual(["WILL_TELL_HOST", "STATS_VQ", "RING_EVENT_IDX", "VERSION_1"]);
    expect(stats).toHaveProperty("MEMFREE");
  });

  test("hostile: every abuse is counted, and nothing is lost", async () => {
    const { code, out } = await ballonet(["demo", "--driver=hostile"]);
    const abuses = [...out.matchAll(/^abuse +(\S+) +(.*)$/gm)].map(([, kind, outcome]) => [kind, outcome]);
    expect(abuses.length).toBeGreaterThanOrEqual(25);
    expect(abuses).toContainEqual(["avail-jump", "NEEDS_RESET"]);
    expect(abuses).toContainEqual(["self-loop", "returned 1, used length 0"]);
    expect(out).toMatch(/^bad input .*pfn-out-of-range 3.*loop 2.*avail-head 1, avail-index 1/m);
    expect(out).toMatch(/^agree .*damaged guest pages 0/m);
    expect(code).toBe(0);
  });

  test("a device of class never refuses the buggy driver", async () => {
    const { code, out } = await ballonet(["demo", "--driver=buggy", "--class=never"]);
    expect(out).toMatch(/^outcome {3}refused/m);
    expect(out).toMatch(/^agree .*ballooned 0/m);
    expect(code).toBe(0);
  });

  test.each([
    ["refusing", "--class=always", "outcome   accepted, lock policy OFF", "locked frames 32768"],
    ["refusing", "--no-silent-bit", "gave up   silent deflate missing", "ballooned 0, locked frames 32768"],
    ["refusing", "--class=never", "gave up   silent deflate missing", "ballooned 0, locked frames 32768"],
    ["reverting", "--class=always", "outcome   accepted, lock policy OFF", "locked frames 32768"],
    ["reverting", "--no-silent-bit", "outcome   accepted, lock policy ON", "locked frames 26768"],
    ["reverting", "--class=never", "outcome   accepted, lock policy ON", "locked frames 26768"],
  ])("%s %s: %s", async (driver, option, said, agreed) => {
    const { code, out } = await ballonet(["demo", `--driver=${driver}`, option]);
    expect(out).toContain(said);
    expect(out).toMatch(new RegExp(`^agree .*${agreed}$`, "m"));
    expect(code).toBe(0);
  });

  test("--json: prints what both sides say, and the device's counters", async () => {
    const result = await json(["demo", "--driver=buggy"]);
    expect(result).toMatchObject({ driver: "buggy", class: "optional", agreed: true });
    expect(result.claims).toContainEqual({ what: "damaged guest pages", guest: "0", host: 0 });
    expect(result.balloon).toMatchObject({ balloonedFrames: 6000, outcome: { promise: "assumed-silent" } });
  });

  test.skipIf(!linux.available)(
    `linux: a real kernel gives and takes pages${linux.note}`,
    async () => {
      const { code, out } = await ballonet(["demo", "--driver=linux"], RIG_COMMANDS);
      expect(out).toMatch(/^agree .*ballooned 12000, damaged guest files 0, locked frames 53536$/m);
      expect(code).toBe(0);
    },
    240_000,
  );

  test.skipIf(!linux.available)(
    `linux: with another size, and words on the kernel's command line${linux.note}`,
    async () => {
      const options = ["--driver=linux", "--memory=192M", "--target=64M", "--cmdline=init_on_alloc=0"];
      const { code, out } = await ballonet(["demo", ...options], RIG_COMMANDS);
      expect(out).toMatch(/^guest {5}Linux \S+, 192M, command line .* init_on_alloc=0, shell after/m);
      expect(out).toMatch(/^inflate {3}to 16384 frames /m);
      expect(out).toMatch(/^agree .*ballooned 4915, damaged guest files 0, locked frames 44237$/m);
      expect(code).toBe(0);
    },
    240_000,
  );
});
