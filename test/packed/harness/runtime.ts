import { expect, test } from "vitest";
import { expectedOutcome } from "./expected.ts";
import { run } from "./run.ts";

/** The tests of a runtime that is started as `command ...args file`. */
export function testRuntime(command: string, ...args: string[]): void {
  test("runs the program, reads the engine's file, and says that koffi is missing", async () => {
    const { stdout, stderr } = await run(command, ...args, "main.js");
    const host = process.platform === "linux" ? "ENOKOFFI" : "EUNSUPPORTED";
    expect(JSON.parse(stdout)).toEqual({
      ...expectedOutcome(),
      engineFile: 64,
      host: `NodeHostError ${host}`,
    });
    expect(stderr).toBe("");
  });

  test("runs the program in a worker thread", async () => {
    const { stdout } = await run(command, ...args, "worker-thread.js");
    expect(JSON.parse(stdout)).toEqual(expectedOutcome());
  });

  test("requires every entry from CommonJS, and gets what an import gets", async () => {
    const { stdout, stderr } = await run(command, ...args, "required.cjs");
    expect(JSON.parse(stdout)).toEqual({ frames: 64, twice: [] });
    expect(stderr).toBe("");
  });
}
