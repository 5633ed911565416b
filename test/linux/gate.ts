import { linuxFiles } from "../../rig/linux/files.ts";
import type { Kernel } from "../../rig/linux/files.ts";
import { LinuxUnavailableError } from "../../rig/linux/unavailable.ts";

/** Whether tests can boot Linux here. */
export interface LinuxAvailability {
  readonly available: boolean;
  /** For the title of a suite: empty, or why it is skipped. */
  readonly note: string;
}

/** Used as `describe.skipIf(!linux.available)(\`...${linux.note}\`, ...)`, so that a skipped suite shows its reason. */
export const linux: LinuxAvailability = await linuxAvailability();

/** Fetches the guest's files. With `BALLONET_REQUIRE_LINUX=1`, a failure is an error instead of a skip. */
export async function linuxAvailability(kernel?: Kernel): Promise<LinuxAvailability> {
  try {
    await linuxFiles(undefined, kernel);
    return { available: true, note: "" };
  } catch (error) {
    if (!(error instanceof LinuxUnavailableError) || process.env.BALLONET_REQUIRE_LINUX === "1") throw error;
    console.warn(`SKIPPED: tests with a Linux guest. ${error.message}`);
    return { available: false, note: ` [skipped: ${error.message}]` };
  }
}
