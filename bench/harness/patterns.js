// The same as `ballonet bench` measures.
export * from "../../build/src/cli/bench/patterns.js";
