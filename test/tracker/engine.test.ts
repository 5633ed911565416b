import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ENGINE_BASE64, PLAIN_ENGINE_BASE64 } from "../../src/generated/engine.ts";

const bytes = Uint8Array.from(Buffer.from(ENGINE_BASE64, "base64"));
const plainBytes = Uint8Array.from(Buffer.from(PLAIN_ENGINE_BASE64, "base64"));

describe.each([
  ["SIMD", bytes],
  ["plain", plainBytes],
])("the %s module", (_, bytes) => {
  const module = new WebAssembly.Module(bytes);

  test("imports nothing", () => {
    expect(WebAssembly.Module.imports(module)).toEqual([]);
  });

  test("exports exactly what the tracker uses", () => {
    const exported = WebAssembly.Module.exports(module).map(({ kind, name }) => `${kind} ${name}`);
    expect(exported.sort()).toEqual([
      "function arrangeRuns",
      "function clear",
      "function countRange",
      "function deflate",
      "function deflatePages",
      "function deflateRange",
      "function deflateRangePages",
      "function deflateRuns",
      "function has",
      "function inflate",
      "function inflateList",
      "function inflatePages",
      "function inflateRange",
      "function inflateRangePages",
      "function inflateRuns",
      "function init",
      "function next",
      "function nextOutside",
      "function scan",
      "function setPageFrames",
      "global BITMAP",
      "global BITMAP_SLACK",
      "global MAX_BATCH",
      "global RESULTS",
      "global RUNS",
      "global STAGING",
      "memory memory",
    ]);
  });

  test("agrees with the tracker on the size of a batch", async () => {
    const { MAX_BATCH } = await import("../../src/tracker/index.ts");
    const { exports } = new WebAssembly.Instance(module);
    expect((exports.MAX_BATCH as WebAssembly.Global).value).toBe(MAX_BATCH);
  });
});

describe("the tracker chooses", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each([
    [true, bytes],
    [false, plainBytes],
  ])("the module by whether the engine validates SIMD: %s", async (simd, chosen) => {
    vi.resetModules();
    vi.spyOn(WebAssembly, "validate").mockReturnValue(simd);
    const compile = vi.spyOn(WebAssembly, "Module");
    const { PageTracker } = await import("../../src/tracker/index.ts");
    new PageTracker(1);
    expect(compile.mock.calls).toEqual([[chosen]]);
  });

  test("between two modules of which only one has vectors", () => {
    // An engine without SIMD first refuses a type section entry, local or result of type v128.
    const instructions = [bytes, plainBytes].map((module) =>
      Buffer.from(module).includes(Buffer.of(0xfd, 0x00)),
    );
    expect(instructions).toEqual([true, false]);
  });
});

describe("the engine", () => {
  // Each test imports the tracker as if it were the first in the process.
  beforeEach(() => {
    vi.resetModules();
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("is compiled on first use, once", async () => {
    const compile = vi.spyOn(WebAssembly, "Module");
    const { PageTracker } = await import("../../src/tracker/index.ts");
    expect(compile).toHaveBeenCalledTimes(0);
    new PageTracker(1);
    new PageTracker(1);
    expect(compile).toHaveBeenCalledTimes(1);
  });

  test("is compiled ahead of use with prepare", async () => {
    const { PageTracker } = await import("../../src/tracker/index.ts");
    await PageTracker.prepare();
    const compile = vi.spyOn(WebAssembly, "Module");
    expect(new PageTracker(64).inflateRange(0, 64)).toBe(64);
    expect(compile).toHaveBeenCalledTimes(0);
  });

  const sources = {
    bytes: () => bytes,
    "an ArrayBuffer": () => bytes.buffer,
    "a module": () => new WebAssembly.Module(bytes),
    "a response": () => new Response(bytes),
    "a promised response": () => Promise.resolve(new Response(bytes)),
  };

  test.each(Object.entries(sources))("takes %s instead of the inlined bytes", async (_, source) => {
    const { PageTracker } = await import("../../src/tracker/index.ts");
    const choose = vi.spyOn(WebAssembly, "validate").mockClear();
    await PageTracker.prepare(source());
    expect(new PageTracker(64).inflateRange(0, 64)).toBe(64);
    expect(choose).not.toHaveBeenCalled();
  });

  test("refuses other bytes and failed responses, and can be tried again", async () => {
    const { PageTracker } = await import("../../src/tracker/index.ts");
    await expect(PageTracker.prepare(Uint8Array.of(1, 2, 3))).rejects.toThrow(WebAssembly.CompileError);
    const missing = new Response("not here", { status: 404 });
    await expect(PageTracker.prepare(missing)).rejects.toThrow("got HTTP status 404");
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    for (const other of [empty, new WebAssembly.Module(empty)])
      await expect(PageTracker.prepare(other)).rejects.toThrow(
        /^source: expected ballonet\/engine\.wasm, got a module without the export \w+$/,
      );
    await PageTracker.prepare();
    expect(new PageTracker(1).count).toBe(0);
  });

  test("says what to do where compilation is forbidden", async () => {
    const { PageTracker } = await import("../../src/tracker/index.ts");
    // An arrow function could not be called with `new`.
    function forbid(): never {
      throw new WebAssembly.CompileError("forbidden");
    }
    vi.spyOn(WebAssembly, "Module").mockImplementation(forbid);
    vi.spyOn(WebAssembly, "compile").mockRejectedValue(new WebAssembly.CompileError("forbidden"));
    const told = /^forbidden: pass a compiled ballonet\/engine\.wasm to PageTracker\.prepare/;
    expect(() => new PageTracker(1)).toThrow(told);
    await expect(PageTracker.prepare()).rejects.toThrow(told);
  });
});
