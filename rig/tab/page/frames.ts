import type { V86 } from "v86";
import { startTinyGuest } from "../../../src/guest/running-tiny-guest.ts";
import type { TinyGuest } from "../../../src/guest/running-tiny-guest.ts";
import { attachBalloon } from "../../../src/v86/index.ts";
import { balloonIn } from "./own-balloon.ts";
import { bareMachine, MIB } from "./machine.ts";

const FRAMES = 8192;
const MEMORY_BYTES = 64 * MIB;
/** A guest's first rounds take five times as long: v86 has to compile the guest, and V8 what v86 makes of it. */
const WARMING_ROUNDS = 40;
const ROUNDS = 30;

/** Nanoseconds a frame that is given and taken back, of each round. */
export interface FrameTimes {
  readonly ours: readonly number[];
  readonly v86: readonly number[];
}

/** A guest that gives frames and takes them back, with our balloon, which zeroes them, and with v86's own. */
export async function timeFrames(): Promise<FrameTimes> {
  const guests = [await boot({}, attachBalloon), await boot({ virtio_balloon: true })];
  const times: number[][] = [[], []];
  for (let i = -WARMING_ROUNDS; i < ROUNDS; i++)
    // In turn, and not always the same one first.
    for (const which of i % 2 === 0 ? [0, 1] : [1, 0]) {
      const nanoseconds = await round(guests[which]!);
      if (i >= 0) times[which]!.push(nanoseconds);
    }
  for (const guest of guests) await guest.destroy();
  return { ours: times[0]!, v86: times[1]! };
}

async function boot(
  options: object,
  attach: (emulator: V86) => unknown = () => undefined,
): Promise<TinyGuest> {
  const guest = await startTinyGuest(await bareMachine(MEMORY_BYTES, options), {
    prepare: (emulator) => {
      attach(emulator);
    },
  });
  await guest.emulator.stop();
  return guest;
}

async function round(guest: TinyGuest): Promise<number> {
  const { emulator } = guest;
  const balloon = balloonIn(emulator);
  await emulator.run();
  const start = performance.now();
  const given = guest.waitFor(`settled ballooned=${FRAMES}`);
  balloon.Inflate(FRAMES);
  await given;
  const back = guest.waitFor("settled ballooned=0");
  balloon.Deflate(FRAMES);
  await back;
  const elapsed = performance.now() - start;
  await emulator.stop();
  return (elapsed * 1e6) / (2 * FRAMES);
}
