/** What is rejected during a test, and nobody handles. To be called where the tests are described. */
export function unhandledRejections(): readonly unknown[] {
  const seen: unknown[] = [];
  const onRejection = (reason: unknown): unknown => seen.push(reason);
  beforeEach(() => {
    seen.splice(0);
    process.on('unhandledRejection', onRejection);
  });
  afterEach(() => {
    process.off('unhandledRejection', onRejection);
  });
  return seen;
}
