import { TINY_GUEST_DRIVERS } from "../../src/guest/running-tiny-guest.ts";

/** The Linux guest is not available on this machine. The message says what is missing and what works instead. */
export class LinuxUnavailableError extends Error {
  override readonly name = "LinuxUnavailableError";

  /** @param reason what is missing and why, without a full stop at the end */
  constructor(reason: string, options?: ErrorOptions) {
    super(
      `No Linux guest: ${reason}. It is made from Debian 12 packages, fetched with apt-get and unpacked with ` +
        `dpkg-deb. The embedded guest needs none of that: --driver=${TINY_GUEST_DRIVERS.join("|")}`,
      options,
    );
  }
}
