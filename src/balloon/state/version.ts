import { STATE_VERSION } from "./balloon-state.ts";

/** Returns why this device does not know the version of `state`. Says nothing about a value without a version. */
export function versionFault(state: unknown): string | undefined {
  const version = (state as { version?: unknown } | null | undefined)?.version;
  if (!Number.isSafeInteger(version) || version === STATE_VERSION) return undefined;
  return `state version ${String(version)}, this device knows ${STATE_VERSION}`;
}
