/** Runs a program of checks: it ends with 0 when nothing was wrong, with 1 when something was, and with 2 when it could not run. */
export function runToVerdict(main: () => Promise<boolean>, usage: string): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  // Servers that end keep no process alive while it waits for them: without this it might be over, and silent, before its verdict.
  setInterval(() => undefined, 60_000);
  main().then(
    (isFlawless) => process.exit(isFlawless ? 0 : 1),
    (error: unknown) => {
      console.error(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n\n${usage}`);
      process.exit(2);
    },
  );
}
