/** 128 feature bits. */
const MOST_DIGITS = 32;

/** A set of features as it stands in JSON, in hexadecimal. @throws SyntaxError for anything else */
export function parseBits(digits: unknown): bigint {
  if (typeof digits !== "string" || digits.length > MOST_DIGITS)
    throw new SyntaxError(`bits: expected up to ${MOST_DIGITS} hexadecimal digits`);
  return BigInt(`0x${digits}`);
}
