import type { ClientIds } from '../../lib/session/cookie/cookie-reader.js';
import { hashSessionId, shortHash } from '../../lib/session/session-id.js';
import { storedRecord, UNLOADED } from '../../lib/session/stage.js';
import { goneError } from '../../lib/session/work/gone-error.js';

function sent(...candidates: string[]): ClientIds {
  return { candidates, originalId: candidates[0] };
}

describe('The error of a session that another request has ended', () => {
  it('names the session that the request has read, whatever the client had sent', () => {
    const record = storedRecord('an id', hashSessionId('an id'), 1, { data: '{}', createdAt: 0, expiresAt: 1 });
    const stage = { at: 'stored', record, lock: undefined, rotation: undefined } as const;
    const { message, because } = goneError({ stage, sent: sent('another') }, 'destroyed');
    expect(message).toContain(`Session ${shortHash(hashSessionId('an id'))} was destroyed`);
    expect(because).toBe('destroyed');
  });

  it('names the session that the client has sent, where none was read', () => {
    const { message } = goneError({ stage: UNLOADED, sent: sent('an id') }, 'rotated');
    expect(message).toContain(`Session ${shortHash(hashSessionId('an id'))} was given a new id`);
  });

  it('names something also where nothing was sent', () => {
    expect(goneError({ stage: UNLOADED, sent: sent() }, 'expired').message).toContain(shortHash(hashSessionId('')));
  });
});
