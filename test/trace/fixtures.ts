import { readFileSync } from "node:fs";

export const FIXTURES = [
  "inflate",
  "smallsteps",
  "pressure",
  "hint",
  "report0",
  "report4",
  "report10",
] as const;

export type Fixture = (typeof FIXTURES)[number];

export function readFixture(name: Fixture): Uint8Array {
  return readFileSync(new URL(`../fixtures/${name}.vbtr`, import.meta.url));
}
