import fc from "fast-check";

// The same inputs for every mutant and every run, and no shrinking: a mutant is killed by its fault, not by luck.
fc.configureGlobal({ seed: 1, endOnFailure: true });
