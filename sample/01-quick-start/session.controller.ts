import { Controller, Get } from '@nestjs/common';
import { InjectSessionStore, LockSession, Session, type SessionData, SessionStore } from 'nestjs-sessions';
import { createHash } from 'node:crypto';
import { LastSetCookie } from './last-set-cookie.js';

export interface SessionView {
  /** The first 8 characters of the id's hash, as in logs; `null` while nothing is stored. */
  readonly session: string | null;
  readonly data: Partial<SessionData>;
  readonly lastSetCookie: string | null;
  readonly store: string;
}

@Controller('session')
export class SessionController {
  constructor(
    @InjectSessionStore() private readonly store: SessionStore,
    private readonly lastSetCookie: LastSetCookie,
  ) {}

  @Get()
  @LockSession('read-only')
  view(@Session() session: Session): SessionView {
    return {
      session: session.isNew ? null : shortHash(session.id),
      data: session.data,
      lastSetCookie: this.lastSetCookie.text,
      store: this.store.constructor.name,
    };
  }
}

/** An id is a secret, as good as a password: nobody is shown more than this. */
function shortHash(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 8);
}
