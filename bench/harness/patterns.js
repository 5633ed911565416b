// The same as `ballonet bench` measures.
export * from "../../build/src/bench/patterns.js";
