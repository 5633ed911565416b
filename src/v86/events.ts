import { BALLOON_EVENTS } from "../balloon/events.ts";
import type { BalloonEvents } from "../balloon/index.ts";

/** Events of a balloon in v86, in addition to those of its device. */
export interface MachineEvents {
  /** The guest's driver was refused. The value says why, in one sentence. */
  refused: string;
  /**
   * The machine was restored without its balloon, so the guest's driver has lost its device. The value says why, in one
   * sentence.
   */
  "restore-refused": string;
}

/**
 * The events that a balloon sends on the emulator's bus, for `emulator.add_listener`: every event of its device and two
 * more. Each has one argument, as in {@link BalloonEvents}.
 */
export type V86BalloonEvents = {
  [Name in keyof (BalloonEvents & MachineEvents) as `balloon0-${Name}`]: (BalloonEvents &
    MachineEvents)[Name];
};

/*
 * Adds these events to the types of v86's `add_listener`. If v86 was not installed from npm, there are no types to
 * extend, and that must not be an error. This is a block comment because line comments do not reach the declaration
 * file.
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
