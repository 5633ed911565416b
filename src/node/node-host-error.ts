/**
 * A host that cannot be had here. `code` says why:
 * - `"EUNSUPPORTED"`: not Linux, or a page size other than 4096 bytes
 * - `"ENOKOFFI"`: the optional peer dependency is not installed, or not for this machine
 * - an errno name: guest memory cannot be locked ("ENOMEM": RLIMIT_MEMLOCK is too low, "EPERM": it is 0; mlock(2))
 */
export class NodeHostError extends Error {
  override readonly name = "NodeHostError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
