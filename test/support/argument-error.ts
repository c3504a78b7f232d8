/** What a call says to arguments that it cannot work with, whether it throws or rejects. */
export async function refusedCall(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    // Of the engine of JavaScript, these tell nobody what to write.
    expect(String(error)).not.toMatch(/Cannot (destructure|read|convert|use)|is not (a function|iterable)/);
    return error instanceof Error ? error.message : `no Error: ${String(error)}`;
  }
  throw new Error('The call was accepted');
}
