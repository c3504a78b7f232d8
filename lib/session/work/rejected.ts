/** A promise that rejects with whatever was thrown, an error or not. */
export async function rejected(reason: unknown): Promise<never> {
  throw reason;
}
