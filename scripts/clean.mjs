// Begins a build: what a removed source once became must not be published.
import { rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
