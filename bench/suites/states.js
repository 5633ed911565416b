import { V86 } from "v86";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bootTinyGuest } from "../../build/src/guest/tiny-guest.js";
import { attachBalloon } from "../../dist/entries/v86.js";

const MEMORY_BYTES = 512 * 2 ** 20;
/** What the guest has given: 112 MiB are in use. */
const GIVEN_BYTES = 400 * 2 ** 20;
const BOOT_MS = 120_000;
const IDLE_MS = 50;
const OURS = "ballonet in v86";
const wasm_path = createRequire(import.meta.url).resolve("v86/build/v86.wasm");

/** The state of a guest that has touched all of its memory and given most of it. */
async function savedState() {
  let balloon;
  const guest = await bootTinyGuest({
    driver: "polite",
    memoryBytes: MEMORY_BYTES,
    bootTimeoutMs: BOOT_MS,
    prepare: (emulator) => {
      balloon = attachBalloon(emulator);
    },
  });
  const settled = guest.waitFor(`settled ballooned=${GIVEN_BYTES / 4096}`, BOOT_MS);
  balloon.target = GIVEN_BYTES;
  await settled;
  const state = await guest.emulator.save_state();
  await guest.destroy();
  return state;
}

/** A machine that has not run, as v86 makes it by default. */
async function freshMachine(withBalloon) {
  const emulator = new V86({
    wasm_path,
    memory_size: MEMORY_BYTES,
    autostart: false,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
  });
  await new Promise((resolve) => emulator.add_listener("emulator-loaded", resolve));
  if (!withBalloon) return emulator;
  const { statesRefusal } = attachBalloon(emulator);
  if (statesRefusal !== undefined) throw new Error(statesRefusal);
  return emulator;
}

/** Seconds of processor time. Others' work on a shared core does not count, and nearly all of this is page faults. */
async function secondsOf(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Resolves when the process takes hardly any processor time. */
async function idle() {
  const wait = () => sleep(IDLE_MS);
  while ((await secondsOf(wait)) * 1000 > IDLE_MS / 10);
}

/** Each takes the measured step with a fresh machine. */
const STEPS = {
  restore: (emulator, state) => secondsOf(() => emulator.restore_state(state)),
  save: async (emulator, state) => {
    await emulator.restore_state(state);
    return secondsOf(() => emulator.save_state());
  },
};

async function race(step, { suites, quickest }) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const state = await savedState();
  const names = [OURS, "v86's own"];
  const records = [];
  for (let i = 0; i < suites; i++) {
    names.reverse();
    const record = {};
    for (const name of names) {
      collect();
      const emulator = await freshMachine(name === OURS);
      // Other threads free what was collected and compile what was loaded. That is not part of the step.
      await idle();
      record[name] = await STEPS[step](emulator, state);
      await emulator.destroy();
    }
    records.push(record);
  }
  return { ours: OURS, measured: { suites: records, calm: 0, disturbed: true, quickest, hopeless: {} } };
}

const row = (step, goals) => ({
  id: `states/${step}`,
  slow: true,
  unit: "state",
  units: 1,
  ...goals,
  race: (effort) => race(step, effort),
});

/** v86's saved states: 512 MiB, 112 of them in use, in processor time. The states are the same, byte for byte. */
export const rows = [row("restore", { must: 4, aim: 7 }), row("save", { must: 1.5, aim: 2.5 })];
