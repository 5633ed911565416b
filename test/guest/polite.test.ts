import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TinyGuest } from "../../src/guest/tiny-guest.ts";
import {
  bootOnOwnBalloon,
  changeTarget,
  decimals,
  fnv1a,
  MEMORY_BYTES,
  balloonOf,
  range,
} from "./own-balloon.ts";

const FRAMES = MEMORY_BYTES / 4096;

describe("a polite driver on v86's own balloon", () => {
  let guest: TinyGuest;
  let pool: number;

  beforeAll(async () => {
    guest = await bootOnOwnBalloon({ options: { stats: "on" } });
    pool = Number(/\+(\d+)$/.exec(guest.lines[0]!)![1]);
  });
  afterAll(() => guest.destroy());

  test("introduces itself and negotiates", () => {
    expect(guest.lines).toEqual([
      `hello ballonet-guest 1 driver=polite frames=${FRAMES} pool=${FRAMES - pool}+${pool}`,
      "negotiated offered=000000010000000a acked=0000000100000002 queues=3",
      "ready",
    ]);
    expect(pool).toBeGreaterThan(FRAMES - 300);
  });

  test("inflates from the top of memory downwards, in batches of 256", async () => {
    expect(await changeTarget(guest, 1000)).toBe("settled ballooned=1000 batches=4/0");
    const ballooned = range(FRAMES - 1000, 1000);
    const report = await guest.command("report");
    expect(report).toContain(`fnv=${fnv1a(ballooned)}`);
    expect(decimals(report)).toMatchObject({ count: 1000, runs: 1, untold: 0, offered: 0 });
    expect(await guest.command("check")).toBe(`memory ok=${pool - 1000} bad=0`);
  });

  test("takes back the last pages it gave first, and writes to them", async () => {
    expect(await changeTarget(guest, -700)).toBe("settled ballooned=300 batches=0/3");
    expect(await guest.command("report")).toContain(`fnv=${fnv1a(range(FRAMES - 300, 300))}`);
    expect(await guest.command("check")).toBe(`memory ok=${pool - 300} bad=0`);
  });

  test("scatters its pages when told to", async () => {
    await guest.command("fragment");
    await changeTarget(guest, 100);
    expect(decimals(await guest.command("report"))).toMatchObject({ count: 400, runs: 100 });
    await guest.command("fragment 1");
  });

  test("sends real statistics, new ones each time it is asked", async () => {
    const stats = () =>
      new Promise<Record<string, number>>((resolve) => {
        balloonOf(guest.emulator).GetStats(resolve);
      });
    const first = await stats();
    expect(first).toEqual({
      MINFLT: 700,
      MEMFREE: (pool - 400) * 4096,
      MEMTOT: MEMORY_BYTES,
      AVAIL: (pool - 400) * 4096,
    });
    await changeTarget(guest, 50);
    expect((await stats()).MEMFREE).toBe(first.MEMFREE! - 50 * 4096);
  });

  test("finds every page that somebody else wrote to", async () => {
    expect(decimals(await guest.command("check")).bad).toBe(0);
    const first = FRAMES - pool;
    guest.emulator.write_memory(new Uint8Array(4), first * 4096);
    guest.emulator.write_memory(new Uint8Array(4), (first + 8) * 4096 - 4);
    expect(decimals(await guest.command("check")).bad).toBe(2);
  });

  test("reports when it has nothing left to give", async () => {
    const stuck = guest.waitFor("stuck");
    balloonOf(guest.emulator).Inflate(FRAMES);
    expect(await stuck).toBe(`stuck ballooned=${pool}`);
    expect(await guest.command("check")).toBe("memory ok=0 bad=0");
    expect(await changeTarget(guest, -(FRAMES + 450))).toMatch(/^settled ballooned=0 /);
    expect(await guest.command("check")).toBe(`memory ok=${pool} bad=0`);
  });

  test("starts again after a reset, with all of its memory", async () => {
    await changeTarget(guest, 600);
    const again = guest.waitFor("settled");
    expect(await guest.command("reset")).toBe("ready");
    expect(await again).toBe("settled ballooned=600 batches=3/0");
    expect(await guest.command("check")).toBe(`memory ok=${pool - 600} bad=0`);
  });

  test("answers nonsense with an error", async () => {
    await expect(guest.command("dance")).rejects.toThrow("error unknown command");
    await expect(guest.command("silent 5")).rejects.toThrow("does not reuse pages silently");
  });

  test("shuts down when told to, and says nothing more", async () => {
    expect(await guest.command("quit")).toBe("bye");
    await expect(guest.command("report", 200)).rejects.toThrow(/no .*ballooned .* within 200 ms.*bye/s);
  });
});
