// The same as `ballonet bench` measures.
export * from "../../dist/cli/bench/patterns.js";
