const ID_LENGTH = 43;

/** Which of these ids stand in the text, also in the middle of other letters. */
export function idsIn(text: string, ids: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const [run] of text.matchAll(/[\w-]{43,}/g)) {
    for (let start = 0; start + ID_LENGTH <= run.length; start += 1) {
      const candidate = run.slice(start, start + ID_LENGTH);
      if (ids.has(candidate)) found.add(candidate);
    }
  }
  return [...found];
}
