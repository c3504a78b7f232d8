const MAX_LENGTH = 300;
/** As long as the hash of an id: what stands for a session in a store. */
const WHOLE_HASH = /(?<![\w-])([\w-]{8})[\w-]{35}(?![\w-])/g;

/**
 * What was thrown, as text for the log. It never throws itself: a store may throw anything, also what cannot be converted to
 * text. Whole hashes are shortened, and so is a text that may hold a whole statement with its data.
 */
export function reasonOf(error: unknown): string {
  return textOf(error)
    .slice(0, 10 * MAX_LENGTH)
    .replace(WHOLE_HASH, '$1')
    .slice(0, MAX_LENGTH);
}

function textOf(error: unknown): string {
  try {
    const text: unknown = error instanceof Error ? error.message : error;
    return String(text);
  } catch {
    return `an ${typeof error} that cannot be converted to text`;
  }
}
