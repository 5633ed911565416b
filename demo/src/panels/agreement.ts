import { fingerprint } from "../../../src/cli/demo/agreement.ts";
import type { TinyGuest } from "../../../src/cli/guest/running-tiny-guest.ts";
import type { PageSet } from "../../../src/tracker/index.ts";
import { count } from "../format.ts";

/** What came of asking the guest what it has given. */
export interface Agreement {
  readonly agreed: boolean;
  readonly text: string;
}

/** Compares the guest's own list of pages with the host's, and has it check the memory it uses. */
export async function compare(guest: TinyGuest, ballooned: PageSet): Promise<Agreement> {
  const { count: given, fnv } = words(await guest.command("report"));
  const { ok, bad } = words(await guest.command("check"));
  const agreed = Number(given) === ballooned.count && fnv === fingerprint(ballooned) && bad === "0";
  const guestSays = `${count(Number(given))} pages given (fingerprint ${fnv ?? "none"})`;
  const text = agreed
    ? `Both say ${guestSays}; ${count(Number(ok))} pages in use, none damaged.`
    : `The guest says ${guestSays} and ${bad ?? "?"} damaged, the host ${count(ballooned.count)} (${fingerprint(ballooned)}).`;
  return { agreed, text };
}

/** The `name=value` words of a line. */
function words(line: string): Record<string, string | undefined> {
  return Object.fromEntries([...line.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value]));
}
