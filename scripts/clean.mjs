// Starts a build: removes the old output, because output of a removed source must not be published.
import { rmSync } from "node:fs";

for (const folder of ["dist", "build"]) rmSync(folder, { recursive: true, force: true });
