import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { LockSession, RequireSessionGuard, Session } from 'nestjs-sessions';
import { startNotes } from '../../support/http/notes-app.js';
import { socketAdapters } from '../../support/sockets/adapters.js';

@WebSocketGateway()
class Rooms {
  @LockSession('read-only')
  @SubscribeMessage('read')
  read(@Session() session: Session): object {
    return { event: 'read', data: session.locked };
  }

  @SubscribeMessage('count') async count(@Session() session: Session): Promise<object> {
    const before = session.get('visits') as number;
    await new Promise(setImmediate);
    session.set('visits', before + 1);
    return { event: 'count', data: before + 1 };
  }
}

/** Loads the session of each message before anybody has said how its handler locks; Nest 11 runs it for requests alone. */
class GuardOfMessages implements CanActivate {
  readonly #guard = new RequireSessionGuard(new Reflector());

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return context.getType() !== 'ws' || this.#guard.canActivate(context);
  }
}

describe.each(socketAdapters.filter(({ name }) => name === 'ws'))(
  'Behind a global guard that reads the session, a handler of a gateway on $name',
  ({ connect, configure }) => {
    it('has the session as it is told, and loses no update', async () => {
      const app = await startNotes({
        providers: [Rooms],
        configure: (nest) => {
          configure(nest);
          nest.useGlobalGuards(new GuardOfMessages());
        },
        forceCloseConnections: true,
      });
      const visitor = app.browser();
      await visitor.post('/notes', { visits: 0 });
      const sockets = await Promise.all([1, 2, 3].map(() => connect(app.url, visitor.cookieHeader)));

      expect(await sockets[0]?.ask('read')).toBe(false);
      for (let round = 0; round < 5; round += 1) await Promise.all(sockets.map((socket) => socket.ask('count')));
      expect((await visitor.get('/notes')).json()).toEqual({ visits: 15 });
      sockets.forEach((socket) => socket.close());
    });
  },
);
