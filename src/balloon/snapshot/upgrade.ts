import { Feature, featureSet } from "../../negotiation/index.ts";
import { STATE_VERSION } from "../balloon-state.ts";
import { SnapshotError } from "./snapshot-error.ts";

type Fields = Record<string, unknown>;

/** What turns a state of version n into one of version n + 1. */
const STEPS: Readonly<Record<number, (state: Fields) => Fields>> = {
  // Version 1 knew modern drivers only, and nothing of the bit SILENT_DEFLATE had.
  1: (state) => ({ ...state, virtio: { ...(state.virtio as Fields), interface: "modern" } }),
  // Version 2 forgot, over a second restore, that the first had ended a run.
  2: (state) => ({ ...state, hint: { ...(state.hint as Fields), abandoned: false } }),
  // Version 3 served every notification at once. It forgot the offer: that is taken to be the one of a device without
  // options, and whatever the driver took.
  3: (state) => ({ ...state, revision: 2, offered: offerOf(state), pending: [] }),
};

const OFFER_3 = featureSet(
  Feature.WILL_TELL_HOST,
  Feature.STATS_VQ,
  Feature.FREE_PAGE_HINT,
  Feature.RING_INDIRECT_DESC,
  Feature.RING_EVENT_IDX,
  Feature.VERSION_1,
  Feature.RING_RESET,
);

/** @throws SnapshotError for queues whose numbers cannot be known without the offer */
function offerOf({ numbering, virtio }: Fields): bigint {
  if (numbering === "offered")
    throw new SnapshotError(
      'a state of version 3 or older does not say how queues numbered as "offered" are',
    );
  const { accepted } = (virtio ?? {}) as Fields;
  return typeof accepted === "bigint" ? OFFER_3 | accepted : OFFER_3;
}

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
