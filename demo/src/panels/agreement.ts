import { fingerprint } from "../../../src/guest/fingerprint.ts";
import type { TinyGuest } from "../../../src/guest/running-tiny-guest.ts";
import { valuesOf } from "../../../src/guest/tiny-guest-lines.ts";
import type { PageSet } from "../../../src/tracker/index.ts";
import { count } from "../format.ts";

/** The result of asking the guest what it has given. */
export interface Agreement {
  readonly agreed: boolean;
  readonly text: string;
}

/** Compares the guest's own list of pages with the host's, and makes the guest check the memory it uses. */
export async function compare(guest: TinyGuest, ballooned: PageSet): Promise<Agreement> {
  const { count: given, fnv } = valuesOf(await guest.command("report"));
  const { ok, bad } = valuesOf(await guest.command("check"));
  const agreed = Number(given) === ballooned.count && fnv === fingerprint(ballooned) && bad === "0";
  const guestSays = `${count(Number(given))} pages given (fingerprint ${fnv ?? "none"})`;
  const text = agreed
    ? `Both say ${guestSays}; ${count(Number(ok))} pages in use, none damaged.`
    : `The guest says ${guestSays} and ${bad ?? "?"} damaged, the host ${count(ballooned.count)} (${fingerprint(ballooned)}).`;
  return { agreed, text };
}
