import { STATE_VERSION } from "../balloon-state.ts";
import { SnapshotError } from "./snapshot-error.ts";

type Fields = Record<string, unknown>;

/** What turns a state of version n into one of version n + 1. */
const STEPS: Readonly<Record<number, (state: Fields) => Fields>> = {
  // Version 1 knew modern drivers only, and nothing of the bit SILENT_DEFLATE had.
  1: (state) => ({ ...state, virtio: { ...(state.virtio as Fields), interface: "modern" } }),
  // Version 2 forgot, over a second restore, that the first had ended a run.
  2: (state) => ({ ...state, hint: { ...(state.hint as Fields), abandoned: false } }),
  // In version 3 every notification was served at once.
  3: (state) => ({ ...state, pending: [] }),
};

/** A state of any version up to this one, as a state of this one. @throws SnapshotError for a version it does not know */
export function upgrade(state: unknown): unknown {
  let fields = state as Fields;
  const known = (): boolean =>
    Number.isInteger(fields.version) && (fields.version as number) <= STATE_VERSION;
  if (typeof state !== "object" || state === null || !known()) {
    throw new SnapshotError(`no state of a version up to ${STATE_VERSION}`);
  }
  while (fields.version !== STATE_VERSION) {
    const version = fields.version as number;
    const step = STEPS[version];
    if (step === undefined) throw new SnapshotError(`a state of version ${version} cannot be read any more`);
    fields = { ...step(fields), version: version + 1 };
  }
  return fields;
}
