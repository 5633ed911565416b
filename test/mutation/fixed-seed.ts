import fc from "fast-check";

// The same inputs for every mutant and every run, and no time spent on smaller ones: a fault kills a mutant, not luck.
fc.configureGlobal({ seed: 1, endOnFailure: true });
