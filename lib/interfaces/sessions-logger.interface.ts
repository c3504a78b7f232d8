/** Where the engine and the stores write. Nest's `Logger` is one. */
export interface SessionsLogger {
  debug(message: string): void;
  log(message: string): void;
  warn(message: string): void;
  error(message: string, stack?: string): void;
}
