import { cpSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { runIn } from "./harness/run.ts";

const { folder, installed } = inject("consumer");
const beside = join(folder, "with-v86");

describe("with v86 as the only other package installed,", () => {
  beforeAll(() => {
    cpSync(installed, join(beside, "node_modules/ballonet"), { recursive: true });
    cpSync("node_modules/v86", join(beside, "node_modules/v86"), { recursive: true });
  });

  test("the command boots its guest, and both sides agree", async () => {
    const { stdout } = await runIn(beside, process.execPath, "node_modules/ballonet/bin/ballonet.js", "demo");
    expect(stdout).toMatch(/^agree +guest and host: ballooned 6000,/m);
  });
});
