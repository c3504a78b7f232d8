import { Injectable } from '@nestjs/common';
import { Sessions } from 'nestjs-sessions';
import type { IncomingMessage } from 'node:http';

@Injectable()
export class ChatService {
  constructor(private readonly sessions: Sessions) {}

  /** By the request that opened a socket. */
  userOf(handshake: IncomingMessage): Promise<string | undefined> {
    return this.sessions.open(handshake.headers.cookie, (session) => session.get('userId'), { mode: 'read-only' });
  }

  countMessage(handshake: IncomingMessage): Promise<void> {
    return this.sessions.open(handshake.headers.cookie, (session) => {
      session.set('messages', (session.get('messages') ?? 0) + 1);
    });
  }
}
