import { SessionGoneError } from '../../errors/index.js';
import type { ActiveSession } from '../active-session.js';
import { hashSessionId, shortHash } from '../session-id.js';
import type { GoneReason } from '../stage.js';

/** Names the session by the first characters of its hash. */
export function goneError(
  { stage, sent }: Pick<ActiveSession, 'stage' | 'sent'>,
  because: GoneReason,
): SessionGoneError {
  const key = stage.at === 'stored' ? stage.record.key : hashSessionId(sent.candidates[0] ?? '');
  return new SessionGoneError(shortHash(key), because);
}
