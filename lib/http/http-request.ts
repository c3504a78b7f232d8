import type { IncomingMessage } from 'node:http';
import type { CommitOnError } from '../interfaces/sessions-options.interface.js';
import type { CookieWriter } from '../session/cookie/cookie-writer.js';
import type { SessionEngine } from '../session/session-engine.js';

/** A request, as Express or plain Node hands it on. */
export interface SessionRequest extends IncomingMessage {
  readonly secure?: boolean;
  readonly originalUrl?: string;
  session?: unknown;
}

/** What all requests of a module share. */
export interface RequestSessionParts {
  readonly engine: SessionEngine;
  readonly cookies: CookieWriter;
  readonly pathHeader: string | undefined;
  readonly commitOnError: CommitOnError | undefined;
}
