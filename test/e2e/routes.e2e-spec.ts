import {
  Controller,
  Get,
  Module,
  Req,
  RequestMethod,
  VERSION_NEUTRAL,
  VersioningType,
  type INestApplication,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { jest } from '@jest/globals';
import { LockSession, Session, type SessionsModuleOptions } from 'nestjs-sessions';
import { SessionsMiddleware } from '../../lib/http/sessions.middleware.js';
import { NotesController, startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import type { TestApp } from '../support/http/test-app.js';

@Controller()
class Pages {
  @Get(['health', 'health/deep']) health(@Req() request: { session?: unknown }): string {
    return request.session === undefined ? 'no session' : 'a session';
  }

  @Get('taken') @LockSession('early') taken(@Session() session: Session): boolean {
    return session.loaded;
  }

  @Get('taken-key') takenKey(@Session('user') user: unknown): unknown {
    return user ?? 'nobody';
  }
}

@Controller({ path: 'cats', version: '2' })
class Cats {
  @Get() cats(@Session() session: Session): boolean {
    return session.loaded;
  }
}

@Controller({ path: 'birds', version: VERSION_NEUTRAL })
class Birds extends Cats {}

async function get(app: TestApp, path: string): Promise<string> {
  const { status, text } = await app.browser().get(path);
  return status === 200 ? text : String(status);
}

describe.each(PLATFORMS)('Sessions are there, on %s', (platform) => {
  const start = (
    sessions: SessionsModuleOptions,
    configure: (app: INestApplication) => void = () => undefined,
  ): Promise<TestApp> => startNotes({ platform, controllers: [Pages, Cats, Birds], sessions, configure });

  it('on every route, by default', async () => {
    const app = await start({});

    expect(await get(app, '/health')).toBe('a session');
    expect(await get(app, '/health/deep')).toBe('a session');
    expect(await get(app, '/taken')).toBe('true');
  });

  it.each<[string, SessionsModuleOptions['exclude']]>([
    ['a path', ['health', 'taken', 'taken-key']],
    ['a pattern', ['health/{*deep}', 'health', 'taken{*rest}']],
    [
      'a path and a method',
      ['health', { path: 'taken', method: RequestMethod.GET }, { path: 'taken-key', method: RequestMethod.ALL }],
    ],
  ])('but not on routes that are excluded: by %s', async (_, exclude) => {
    const app = await start({ exclude: exclude! });

    expect(await get(app, '/health')).toBe('no session');
    expect(await get(app, '/notes')).toBe('{}');
    for (const path of ['/taken', '/taken-key']) expect(await get(app, path)).toBe('500');
    const errors = app.logs.matching(/SessionsConfigError: @Session\(\) is used on a route that has no session/);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatch(/import SessionsModule\.forRoot\(\), and check its forRoutes and exclude/);
  });

  it('only on the routes that forRoutes names', async () => {
    const app = await start({
      forRoutes: ['taken', NotesController, { path: 'taken-*rest', method: RequestMethod.GET }],
    });

    expect(await get(app, '/health')).toBe('no session');
    expect(await get(app, '/taken')).toBe('true');
    expect(await get(app, '/taken-key')).toBe('nobody');
    expect(await get(app, '/notes')).toBe('{}');
    expect(await get(app, '/cats')).toBe('500');
  });

  it('from the middleware of the module on, where only some routes have one: earlier it is an error that says so', async () => {
    const app = await start({ exclude: ['health'] }, (nest) =>
      nest.use((request: { session?: unknown }, _: unknown, next: () => void) => {
        Reflect.get(request, 'session');
        next();
      }),
    );

    expect(await get(app, '/taken')).toBe('500');
    expect(
      app.logs.matching(
        /SessionsConfigError: request\.session was used before the middleware of SessionsModule ran.* from there on: use it later/,
      ),
    ).toHaveLength(1);
  });

  it('under a global prefix, and on the routes that are left out of it', async () => {
    const app = await start({}, (nest) => nest.setGlobalPrefix('api', { exclude: ['taken', 'health/deep'] }));

    expect(await get(app, '/api/health')).toBe('a session');
    expect(await get(app, '/api/taken-key')).toBe('nobody');
    expect(await get(app, '/taken')).toBe('true');
    expect(await get(app, '/health/deep')).toBe('a session');
  });

  it('with currentSession by one run of the middleware, under a global prefix and outside of it', async () => {
    const middleware = jest.spyOn(SessionsMiddleware.prototype, 'use');
    const app = await start({ currentSession: true }, (nest) => nest.setGlobalPrefix('api', { exclude: ['taken'] }));

    expect(await get(app, '/api/taken-key')).toBe('nobody');
    expect(middleware).toHaveBeenCalledTimes(1);
    expect(await get(app, '/taken')).toBe('true');
    expect(middleware).toHaveBeenCalledTimes(2);
    middleware.mockRestore();
  });

  it('under a global prefix, but for the excluded ones, which are named without it', async () => {
    const app = await start({ exclude: ['health'] }, (nest) => nest.setGlobalPrefix('api'));

    expect(await get(app, '/api/health')).toBe('no session');
    expect(await get(app, '/api/taken')).toBe('true');
  });

  it.each<[VersioningType, string, Record<string, string>]>([
    [VersioningType.URI, '/v2/cats', {}],
    [VersioningType.HEADER, '/cats', { 'x-version': '2' }],
    [VersioningType.MEDIA_TYPE, '/cats', { accept: 'application/json;v=2' }],
  ])('on routes of a version (%s)', async (type, path, headers) => {
    const app = await start({}, (nest) =>
      nest.enableVersioning({ type, header: 'X-Version', key: 'v=' } as Parameters<typeof nest.enableVersioning>[0]),
    );

    expect((await app.browser().get(path, { headers })).text).toBe('true');
  });

  it.each(['/v1/taken', '/v2/cats', '/birds'])(
    'with currentSession by one run of the middleware, where there are versions: %s',
    async (path) => {
      const middleware = jest.spyOn(SessionsMiddleware.prototype, 'use');
      const app = await start({ currentSession: true }, (nest) =>
        nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
      );

      expect(await get(app, path)).toBe('true');
      expect(middleware).toHaveBeenCalledTimes(1);
      middleware.mockRestore();
    },
  );

  it.each<[string, SessionsModuleOptions, number]>([
    ['without them', {}, 0],
    ['with currentSession', { currentSession: true }, 1],
    ['with forRoutes', { forRoutes: ['taken'] }, 1],
    ['with exclude', { exclude: ['health'] }, 1],
  ])('by a middleware only for forRoutes, exclude and currentSession: %s', async (_, sessions, runs) => {
    const middleware = jest.spyOn(SessionsMiddleware.prototype, 'use');
    const app = await start(sessions);

    expect(await get(app, '/taken')).toBe('true');
    expect(middleware).toHaveBeenCalledTimes(runs);
    middleware.mockRestore();
  });

  it('on routes that a module is mounted under', async () => {
    @Module({ controllers: [Pages] })
    class PagesModule {}
    const router = RouterModule.register([{ path: 'mounted', module: PagesModule }]);
    const app = await startNotes({ platform, imports: [PagesModule, router] });

    expect(await get(app, '/mounted/taken')).toBe('true');
  });

  it('nowhere without the module: the error says what to import', async () => {
    const app = await startNotes({ platform, controllers: [Pages], sessions: false });

    expect(await get(app, '/health')).toBe('no session');
    expect(await get(app, '/notes')).toBe('500');
    expect(app.logs.matching(/SessionsConfigError: .*import SessionsModule\.forRoot\(\)/)).toHaveLength(1);
  });
});
