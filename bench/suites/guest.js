import { bootTinyGuest } from "../../build/src/guest/tiny-guest.js";
import { unpinnedHost } from "../../dist/entries/trace.js";
import { attachBalloon } from "../../dist/entries/v86.js";

const MEMORY_BYTES = 64 * 2 ** 20;
/** Frames that are given and taken back in a round; the guest writes to each of them when it has it again. */
const FRAMES = 8192;
/** Rounds a suite. */
const ROUNDS = 6;
/** A guest's first rounds take five times as long: v86 has to compile the guest, and V8 what v86 makes of it. */
const WARMING_ROUNDS = 40;

/** A guest on v86's own balloon, which counts PFNs and leaves the pages alone. */
async function onOwnBalloon() {
  const guest = await bootTinyGuest({
    driver: "polite",
    memoryBytes: MEMORY_BYTES,
    v86: { virtio_balloon: true },
  });
  return { guest, balloon: guest.emulator.v86.cpu.devices.virtio_balloon };
}

/** A guest on ours, with the host of these options. */
async function onOurs(options) {
  let balloon;
  const guest = await bootTinyGuest({
    driver: "polite",
    memoryBytes: MEMORY_BYTES,
    prepare: (emulator) => {
      balloon = attachBalloon(emulator, options).compat;
    },
  });
  return { guest, balloon };
}

/** Seconds until the guest has given the frames and has them back. Nobody else's guest runs meanwhile. */
async function round({ guest, balloon }) {
  await guest.emulator.run();
  const start = performance.now();
  const given = guest.waitFor(`settled ballooned=${FRAMES}`);
  balloon.Inflate(FRAMES);
  await given;
  const back = guest.waitFor("settled ballooned=0");
  balloon.Deflate(FRAMES);
  await back;
  const elapsed = performance.now() - start;
  await guest.emulator.stop();
  return elapsed / 1000;
}

async function finish({ guest }) {
  await guest.emulator.run();
  const memory = await guest.command("check");
  if (!memory.endsWith("bad=0")) throw new Error(`the guest lost data: ${memory}`);
  await guest.destroy();
}

/** Rounds take longer than a shared core is calm: they count as they are. */
async function race(options, { suites, quickest }) {
  const machines = [
    ["ballonet in v86", await onOurs(options)],
    ["v86's own", await onOwnBalloon()],
  ];
  for (const [, { guest }] of machines) await guest.emulator.stop();
  const records = [];
  for (let i = -WARMING_ROUNDS; i < ROUNDS * suites; i++) {
    machines.reverse();
    const record = {};
    for (const [name, machine] of machines) record[name] = await round(machine);
    if (i >= 0) records.push(record);
  }
  for (const [, machine] of machines) await finish(machine);
  return {
    ours: "ballonet in v86",
    measured: { suites: records, calm: 0, disturbed: true, quickest, hopeless: {} },
  };
}

const row = (id, options, goals) => ({
  id: `in-guest/${id}`,
  unit: "frame",
  units: 2 * FRAMES,
  ...goals,
  race: (effort) => race(options, effort),
});

/**
 * A guest in v86 that inflates and deflates, from the outside. Its time is mostly its own: two devices that cost the same
 * differ by some percent, so that no more is asked for. v86's device lets the pages be; ours zeroes them unless told.
 */
export const rows = [
  row("tracking", { host: unpinnedHost }, { must: 0.95, aim: 1 }),
  row("tracking-and-zeroing", {}, { must: 0.8, aim: 0.95 }),
];
