import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LinuxGuest } from "../../rig/linux/guest.ts";
import { balloonOf } from "../guest/own-balloon.ts";
import { linux } from "./gate.ts";
import { bootWithOwnBalloon as boot } from "./machine.ts";

const PAGE_KIB = 4;

// With v86's own balloon, so that these tests check the guest and not our device.
describe.skipIf(!linux.available)(`a Linux guest${linux.note}`, () => {
  let guest: LinuxGuest;

  beforeAll(async () => {
    guest = await boot();
  }, 200_000);

  afterAll(async () => {
    await guest.destroy();
  });

  test("has the balloon driver bound to the device", async () => {
    const { output, code } = await guest.run("lsmod; cat /sys/bus/virtio/devices/virtio*/features", 10_000);
    expect(code).toBe(0);
    expect(output).toMatch(/^virtio_balloon /m);
    expect(output).toMatch(/^[01]{64}$/m);
  });

  test("returns output and exit status of a command", async () => {
    expect(await guest.run("echo one; echo two >&2; (exit 7)", 5_000)).toEqual({
      output: "one\ntwo\n",
      code: 7,
    });
    expect(await guest.run("true", 5_000)).toEqual({ output: "", code: 0 });
  });

  test("keeps quotes, line breaks, non-ASCII text and a missing final newline as they are", async () => {
    const command = `printf '%s|' "it's" 'a  b' \\$HOME \\<run\nprintf 'Grüße'`;
    expect(await guest.run(command, 5_000)).toEqual({ output: "it's|a  b|$HOME|<run|Grüße", code: 0 });
  });

  test("survives commands that end, break or read from the shell", async () => {
    expect((await guest.run("exit 3", 5_000)).code).toBe(3);
    expect((await guest.run("if", 5_000)).code).toBe(2);
    expect(await guest.run("cat", 5_000)).toEqual({ output: "", code: 0 });
    expect((await guest.run("no-such-command", 5_000)).code).toBe(127);
  });

  test("runs commands in the order in which they were given", async () => {
    const results = await Promise.all(
      ["sleep 0.3; echo 1", "echo 2"].map((command) => guest.run(command, 5_000)),
    );
    expect(results.map(({ output }) => output)).toEqual(["1\n", "2\n"]);
  });

  test("reports a command that takes too long, and answers again when it is over", async () => {
    await expect(guest.run("echo begun; sleep 1; echo late", 300)).rejects.toThrow(/300 ms.*begun/s);
    expect(await guest.run("echo next", 5_000)).toEqual({ output: "next\n", code: 0 });
  });

  test("refuses a command that the serial port would cut off", async () => {
    await expect(guest.run(`: ${"x".repeat(4000)}`, 5_000)).rejects.toThrow(RangeError);
  });

  test("loses memory to the balloon and gets it back", async () => {
    const pages = 8000;
    const balloon = balloonOf(guest.emulator);
    const before = await guest.memory();
    balloon.Inflate(pages);
    await expect.poll(() => balloon.actual, { timeout: 15_000 }).toBe(pages);
    const ballooned = await guest.memory();
    balloon.Deflate(pages);
    await expect.poll(() => balloon.actual, { timeout: 15_000 }).toBe(0);
    const after = await guest.memory();

    expect(before.MemTotal - ballooned.MemTotal).toBe(pages * PAGE_KIB);
    expect(before.MemFree - ballooned.MemFree).toBeGreaterThan(0.9 * pages * PAGE_KIB);
    expect(before.MemAvailable - ballooned.MemAvailable).toBeGreaterThan(0.9 * pages * PAGE_KIB);
    expect(after.MemTotal).toBe(before.MemTotal);
  });

  test("continues from a saved state in another emulator", async () => {
    await guest.run("echo kept >/tmp/file", 5_000);
    const state = await guest.save();
    const other = await boot((emulator) => {
      expect(emulator.is_running()).toBe(false);
    });
    try {
      expect((await other.run("cat /tmp/file", 5_000)).code).toBe(1);
      await other.restore(state);
      expect(await other.run("cat /tmp/file", 5_000)).toEqual({ output: "kept\n", code: 0 });
    } finally {
      await other.destroy();
    }
  });

  test("fails its unfinished commands when it is destroyed", async () => {
    const doomed = await boot();
    const commands = ["sleep 60", "true"].map((command) => doomed.run(command, 60_000));
    const failures = commands.map((command) => expect(command).rejects.toThrow("the guest was destroyed"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await doomed.destroy();
    await Promise.all(failures);
  });
});
