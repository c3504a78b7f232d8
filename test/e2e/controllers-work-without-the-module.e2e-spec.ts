import { Controller, Get, Session as NestSession, Sse, type MessageEvent } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { from, type Observable } from 'rxjs';
import { LockSession, RequireSession, Session } from 'nestjs-sessions';
import { createTestSession } from 'nestjs-sessions/testing';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { connectIo } from '../support/sockets/socket-clients.js';

@Controller()
@LockSession('early')
class Visits {
  @Get('ours') ours(@Session() session: Session): number {
    session.set('visits', (session.get('visits') ?? 0) + 1);
    return session.get('visits');
  }

  @Get('key') key(@Session('visits') visits: number): number {
    return visits + 1;
  }

  @Get('nest') @LockSession('read-only') nest(@NestSession() session: Session): boolean {
    return session.has('visits');
  }

  @Get('required') @RequireSession('visits') required(): string {
    return 'seen';
  }

  @Sse('events') events(@Session() session: Session): Observable<MessageEvent> {
    return from([{ data: { visits: session.get('visits') as number } }]);
  }

  @Get('public') show(): string {
    return 'public';
  }
}

@WebSocketGateway()
@LockSession('early')
class Chat {
  @SubscribeMessage('takes') takes(@Session() session: Session): string {
    return String(session.get('name'));
  }

  @SubscribeMessage('greets') greets(): string {
    return 'hello';
  }
}

describe.each(PLATFORMS)(
  'A controller that takes the session, in an application without the module, on %s',
  (platform) => {
    // An application with the module has been here before: what it mounted on the class must not disturb.
    beforeAll(async () => {
      const app = await TestApp.start({ platform, controllers: [Visits] });
      await app.close();
    });

    it('compiles in a testing module, and its methods can be called with a test session', async () => {
      const module = await Test.createTestingModule({ controllers: [Visits] }).compile();
      const session = createTestSession({ visits: 4 });

      const visits = module.get(Visits);

      expect(visits.ours(session)).toBe(5);
      expect(visits.key(4)).toBe(5);
      await module.close();
    });

    it('starts, serves its other routes, and says what to import where a route takes the session', async () => {
      const app = await TestApp.start({ platform, controllers: [Visits], sessions: false });
      try {
        // The parameters cannot be known before: nothing of the library runs.
        expect(app.logs.matching(/^@RequireSession\(\) .* without SessionsModule.*forRoot\(\)/, 'error')).toHaveLength(
          1,
        );
        expect(app.logs.text).toMatch(/^error .*SessionsModule @RequireSession\(\)/m);
        expect((await app.browser().get('/public')).text).toBe('public');
        for (const path of ['/ours', '/key', '/required', '/events']) {
          expect((await app.browser().get(path)).status).toBe(500);
        }
        expect(app.logs.matching(/@Session\(\).*SessionsModule\.forRoot\(\)/, 'error')).toHaveLength(4);
      } finally {
        await app.close();
      }
    });
  },
);

describe.each(PLATFORMS)(
  'A gateway that takes the session, in an application without the module, on %s',
  (platform) => {
    it('serves its other messages', async () => {
      const before = await TestApp.start({ platform, providers: [Chat] });
      await before.close();
      const app = await TestApp.start({ platform, providers: [Chat], sessions: false });
      try {
        const socket = await connectIo(app.url, '');

        expect(await socket.ask('greets')).toBe('hello');
        await expect(socket.ask('takes')).rejects.toMatchObject({ message: 'Internal server error' });
        expect(app.logs.matching(/@Session\(\).*SessionsModule\.forRoot\(\)/, 'error')).toHaveLength(1);
        socket.close();
      } finally {
        await app.close();
      }
    });
  },
);
