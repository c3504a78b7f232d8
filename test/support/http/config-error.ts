import { SessionsConfigError } from 'nestjs-sessions';

/** The message with which options are refused. */
export function sessionsConfigErrorOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(SessionsConfigError);
    return (error as SessionsConfigError).message;
  }
  throw new Error('The options were accepted');
}
