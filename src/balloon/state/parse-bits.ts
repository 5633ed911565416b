/** Digits of 128 feature bits. */
const MOST_DIGITS = 32;

/** Parses a feature set that is stored in JSON as hexadecimal. @throws SyntaxError for anything else */
export function parseBits(digits: unknown): bigint {
  if (typeof digits !== "string" || digits.length > MOST_DIGITS)
    throw new SyntaxError(`bits: expected up to ${MOST_DIGITS} hexadecimal digits`);
  return BigInt(`0x${digits}`);
}
