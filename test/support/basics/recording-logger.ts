import type { SessionsLogger } from '../../../lib/interfaces/sessions-logger.interface.js';

/** Keeps what was logged, so that a test can look at it. */
export class RecordingLogger implements SessionsLogger {
  readonly lines: { readonly level: keyof SessionsLogger; readonly message: string }[] = [];

  messages(level: keyof SessionsLogger): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }

  debug(message: string): void {
    this.lines.push({ level: 'debug', message });
  }

  log(message: string): void {
    this.lines.push({ level: 'log', message });
  }

  warn(message: string): void {
    this.lines.push({ level: 'warn', message });
  }

  error(message: string): void {
    this.lines.push({ level: 'error', message });
  }
}
