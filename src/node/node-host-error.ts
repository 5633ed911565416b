/**
 * This system cannot provide the host. `code` says why:
 * - `"EUNSUPPORTED"`: the platform is not Linux, or its page size is not 4096 bytes
 * - `"ENOKOFFI"`: the optional peer dependency koffi is not installed, or not for this machine
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
