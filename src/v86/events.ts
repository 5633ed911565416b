import { BALLOON_EVENTS } from "../balloon/events.ts";
import type { BalloonEvents } from "../balloon/index.ts";

/** What a balloon in v86 tells beside the events of its device. */
export interface MachineEvents {
  /** The guest's driver was not accepted: why, in one sentence. */
  refused: string;
  /** A state was restored without its balloon: why, in one sentence. The guest's driver has lost its device. */
  "restore-refused": string;
}

/**
 * What a balloon sends on the emulator's bus, for `emulator.add_listener`: every event of its device, and two of its
 * own, with one argument, as in {@link BalloonEvents}.
 */
export type V86BalloonEvents = {
  [Name in keyof (BalloonEvents & MachineEvents) as `balloon0-${Name}`]: (BalloonEvents &
    MachineEvents)[Name];
};

/*
 * `add_listener` of v86 knows these events, too. Where v86 does not come from npm there are no types to add to, which is
 * no error: this comment reaches the declaration file, unlike one that begins with two slashes.
 */
// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an error for some users, not for us
/** @ts-ignore */
declare module "v86" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- adds the members it extends
  interface Event extends V86BalloonEvents {}
}

/** The names of a device's events. */
export const EVENTS: readonly (keyof BalloonEvents)[] = Object.keys(
  BALLOON_EVENTS,
) as (keyof BalloonEvents)[];
