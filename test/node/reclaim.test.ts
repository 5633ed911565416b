import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { linux } from "../linux/gate.ts";
import { note } from "../linux/machine.ts";
import { calls } from "./gate.ts";

describe.skipIf(!linux.available || !calls.available)(
  `npm run demo:reclaim${linux.note}${calls.note}`,
  () => {
    test("gives back almost half of the process's memory, and the guest's data is intact", () => {
      const command = ["build/rig/cli/main.js", "reclaim"];
      const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
      expect(stderr).toBe("");
      note(`\n${stdout}`);
      expect(stdout).toMatch(/^discarded 100000 frames/m);
      expect(Number(/^reached +(\d+) %/m.exec(stdout)?.[1])).toBeGreaterThanOrEqual(45);
      expect(stdout).toMatch(/^intact +39 of 39 checksums/m);
      expect(status).toBe(0);
    }, 240_000);
  },
);

test("npm run demo:reclaim refuses a wrong command line", () => {
  const { status, stderr } = spawnSync(process.execPath, ["build/rig/cli/main.js", "reclaim", "now"], {
    encoding: "utf8",
  });
  expect(stderr).toContain("Usage: ballonet");
  expect(status).toBe(2);
});
