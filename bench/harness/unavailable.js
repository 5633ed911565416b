/** A row that cannot be measured on this machine; the message says why. */
export class Unavailable extends Error {}
