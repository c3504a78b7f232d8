import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import cookieSession from 'cookie-session';
import expressSession from 'express-session';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastifyOf } from '../../support/http/any-platform.js';
import { startNotes } from '../../support/http/notes-app.js';
import type { TestApp } from '../../support/http/test-app.js';

function start(configure: (nest: NestFastifyApplication) => unknown): Promise<TestApp> {
  return startNotes({ platform: 'fastify', configure: (nest) => configure(nest as NestFastifyApplication) });
}

describe('Another session library in an application of Fastify', () => {
  it('is an error at start-up, when it is @fastify/session', async () => {
    const starting = start(async (nest) => {
      await nest.register(cookie);
      await nest.register(fastifySession, { secret: 'a secret of thirty-two characters' });
    });

    await expect(starting).rejects.toThrow(
      /^request\.session of this Fastify application is taken: .*@fastify\/session.*call SessionsModule\.forRoot\(\) once/,
    );
  });

  it.each<[string, (nest: NestFastifyApplication) => unknown]>([
    ['it is cookie-session by app.use()', (nest) => nest.use(cookieSession({ secret: 'secret' }))],
    [
      'a hook lays its own over the session of the request',
      (nest) =>
        fastifyOf(nest).addHook('onRequest', (request, _reply, done) => {
          Object.defineProperty(request, 'session', { value: {} });
          done();
        }),
    ],
  ])('is an error of each request that comes to a route, when %s', async (_, configure) => {
    const app = await start(configure);

    for (const path of ['/notes', '/public']) {
      expect(await app.browser().get(path)).toMatchObject({ status: 500, setCookies: [] });
    }
    expect(app.logs.matching(/SessionsConfigError: request\.session is not of nestjs-sessions/)).toHaveLength(2);
  });

  it('takes nothing and sets no cookie, when it is express-session, which steps back where it finds a session', async () => {
    const app = await start((nest) =>
      nest.use(expressSession({ secret: 'secret', resave: false, saveUninitialized: true })),
    );
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });

    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
    expect([...visitor.cookies.keys()]).toEqual(['session_id']);
  });
});
