import { Session } from 'nestjs-sessions';

/** Without an augmented `SessionData` keys are any string and values any. */
export function untyped(session: Session): string {
  session.set('anything', { of: ['any', 'type'] });
  return session.get('another');
}
