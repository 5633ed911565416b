import { loadLibc } from "../../src/node/libc.ts";
import { readStatus } from "./process-status.ts";

/** Whether some of the tests can run here. `note` is part of a title: empty, or why they are skipped. */
export interface Availability {
  readonly available: boolean;
  readonly note: string;
}

/** The system calls. Used as `describe.skipIf(!calls.available)(\`…${calls.note}\`, …)`. */
export const calls: Availability = availability("memory of the operating system", () => {
  loadLibc();
});

/** The rights to lock more than the limit allows and to become another user. */
export const privileged: Availability = availability("locks as root", () => {
  loadLibc();
  if (process.getuid?.() !== 0) throw new Error("this user is not root");
  const CAP_IPC_LOCK = 14n;
  const effective = BigInt(`0x${readStatus("CapEff")}`);
  if (((effective >> CAP_IPC_LOCK) & 1n) === 0n) throw new Error("root has no CAP_IPC_LOCK here");
});

/** With `BALLONET_REQUIRE_LINUX=1`, what is missing is an error instead of a skip. */
function availability(what: string, check: () => void): Availability {
  try {
    check();
    return { available: true, note: "" };
  } catch (error) {
    if (process.env.BALLONET_REQUIRE_LINUX === "1") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`SKIPPED: tests with ${what}. ${reason}`);
    return { available: false, note: ` [skipped: ${reason}]` };
  }
}
