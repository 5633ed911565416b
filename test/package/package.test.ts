import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, unknown>;
  dependencies?: unknown;
  scripts: Record<string, string>;
};

async function load(specifier: string): Promise<Record<string, unknown>> {
  return (await import(specifier)) as Record<string, unknown>;
}

describe("the package", () => {
  test("has no runtime dependencies and no install scripts", () => {
    expect(manifest.dependencies).toBeUndefined();
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  test.each([
    [
      "",
      [
        "BalloonDevice",
        "createBalancer",
        "LockPolicy",
        "PageTracker",
        "RecordingHost",
        "ZeroingHost",
        "judge",
        "reportOf",
      ],
    ],
    ["/virtio", ["GuestMemory", "MockDriver", "MockQueue", "ModernBar", "SplitQueue", "VirtioDevice"]],
    ["/node", ["NodeHost", "NodeHostError", "reclaiming_host"]],
    ["/v86", ["V86Balloon", "attach_balloon"]],
    ["/trace", ["decodeTrace", "encodeTrace", "replayDevice", "replayTracker"]],
  ])("exports ballonet%s", async (subpath, names) => {
    // Resolved by the package's own exports, as for a user.
    expect(Object.keys(await load(`ballonet${subpath}`))).toEqual(expect.arrayContaining(names));
  });

  test("is as small as it promises: the engine under 6 KB when compressed", () => {
    expect(gzipSync(readFileSync("dist/engine.wasm")).length).toBeLessThan(6 * 1024);
  });

  test("ships the engine it embeds", async () => {
    const { ENGINE_BASE64 } = await load(new URL("../../dist/generated/engine.js", import.meta.url).href);
    expect(Buffer.from(String(ENGINE_BASE64), "base64").equals(readFileSync("dist/engine.wasm"))).toBe(true);
  });
});
