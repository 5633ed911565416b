import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Unavailable } from "../harness/unavailable.js";

const SOURCES = ["pass.c", "sequences.c", "blocks.c", "singles.c"];
const LIBRARY = fileURLToPath(new URL("../../build/bench-native.so", import.meta.url));
// WebAssembly has vectors of 128 bits: C gets all else that the machine has, but no wider ones.
const FLAGS = ["-O3", "-march=native", "-mprefer-vector-width=128", "-shared", "-fPIC"];

/** What the kernels of bench/native are best at, in the order in which pass.c numbers them. */
const KERNELS = ["C, sequences", "C, blocks", "C, singles"];

function run(command, args) {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The first of the usual compilers that is there. @throws Unavailable when none is, or when it fails */
function compile() {
  const compiler = ["gcc", "clang"].find((command) => {
    try {
      return run(command, ["--version"]);
    } catch {
      return false;
    }
  });
  if (compiler === undefined) throw new Unavailable("there is no gcc and no clang");
  const sources = SOURCES.map((name) => fileURLToPath(new URL(`../native/${name}`, import.meta.url)));
  mkdirSync(new URL("../../build/", import.meta.url), { recursive: true });
  try {
    run(compiler, [...FLAGS, "-o", LIBRARY, ...sources]);
  } catch (error) {
    throw new Unavailable(`${compiler} cannot compile bench/native: ${error.stderr}`);
  }
  return run(compiler, ["--version"]).split("\n")[0];
}

function load() {
  const library = createRequire(import.meta.url)("koffi").load(LIBRARY);
  return {
    load: library.func("int load(uint32_t frames, const uint32_t *pfns, uint32_t n)"),
    copy: library.func("uint32_t copy(uint32_t size)"),
    pass: library.func("uint32_t pass(uint32_t kernel, uint32_t size)"),
    oneBatch: library.func(
      "uint32_t one_batch(uint32_t kernel, const uint32_t *pfns, uint32_t n, int inflate)",
    ),
    outOfRange: library.func("uint32_t out_of_range()"),
  };
}

/** The C kernels, compiled for this machine. They share one page set, so they take turns. */
export class Native {
  constructor() {
    /** What the compiler calls itself. */
    this.compiler = compile();
    this.functions = load();
  }

  /** An empty set, and the PFNs to send through it. */
  load(frames, stream) {
    if (this.functions.load(frames, stream, stream.length) === 0) throw new Error("out of memory");
  }

  /** By name: inflates and deflates the stream in batches of `size`, and returns how many frames changed. */
  passes(size) {
    return KERNELS.map((name, kernel) => [name, () => this.functions.pass(kernel, size)]);
  }

  /** Copies the batches as often as a pass does; returns the first PFN of the last one. */
  copy(size) {
    return this.functions.copy(size);
  }

  /** One kernel over a new set, one batch a call. */
  peer(name, frames) {
    const { load, oneBatch, outOfRange } = this.functions;
    const kernel = KERNELS.indexOf(name);
    load(frames, Uint32Array.of(0), 1);
    return {
      inflate: (pfns) => oneBatch(kernel, pfns, pfns.length, 1),
      deflate: (pfns) => oneBatch(kernel, pfns, pfns.length, 0),
      get outOfRange() {
        return outOfRange();
      },
    };
  }
}
