/** Longer than any message of this package. */
const MOST_CHARACTERS = 200;

/** The text of an error, cut to a length that is safe to log. It may quote text from a forged state. */
export function brief(error: unknown): string {
  const text = String(error);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : text;
}
