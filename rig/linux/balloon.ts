import type { V86 } from "v86";
import type { V86Balloon } from "../../src/v86/index.ts";
import { bootLinux } from "./guest.ts";
import type { LinuxGuest, LinuxOptions } from "./guest.ts";

/** What is attached to the machine: a balloon, and anything else that the caller needs. */
export interface Attached {
  readonly balloon: V86Balloon;
}

/**
 * Boots Linux, or restores it, with what `attach` attaches to an emulator that does not run yet. If the balloon cannot
 * go on with a saved state, the state counts as unusable: Linux is booted again, and `attach` is called a second time.
 *
 * @throws the errors of {@link bootLinux}, and any error of `attach`
 */
export async function bootLinuxWith<Parts extends Attached>(
  attach: (emulator: V86) => Parts,
  options: Omit<LinuxOptions, "prepare" | "restored">,
): Promise<Parts & { readonly guest: LinuxGuest }> {
  let parts: Parts | undefined;
  const guest = await bootLinux({
    ...options,
    prepare: (emulator) => {
      parts = attach(emulator);
    },
    restored: () => {
      const refusal = parts!.balloon.restoreRefusal;
      if (refusal !== undefined) throw new Error(refusal);
    },
  });
  return { ...parts!, guest };
}
