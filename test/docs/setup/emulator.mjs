// The setup that pages about v86 leave out: a machine that has loaded and does not run.
import { setTimeout as sleep } from "node:timers/promises";
import { V86 } from "v86";
import { machine } from "../../test/docs/setup/v86.mjs";

const emulator = new V86({ ...machine, autostart: false });
await new Promise((resolve) => emulator.add_listener("emulator-loaded", resolve));
void sleep(0).then(() => emulator.destroy());
