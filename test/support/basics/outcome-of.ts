/** What a call ends with, whether it throws or rejects, as text: `TypeError: ...`. */
export async function outcomeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return String(error);
  }
  return 'accepted';
}
