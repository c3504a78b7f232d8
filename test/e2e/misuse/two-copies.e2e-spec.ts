import { Controller, Get, Module, type Type } from '@nestjs/common';
import { SessionsModule } from 'nestjs-sessions';
import { startUpErrorOf } from '../../support/http/start-up.js';
import { TestApp } from '../../support/http/test-app.js';
import { compiled } from '../../support/processes/compiled.js';

/** The package a second time, as it is installed when two packages ask for versions that do not go together. */
const copy = (await import(
  compiled(new URL('../../../lib/index.ts', import.meta.url))
)) as typeof import('nestjs-sessions');

@Controller()
class Taking {
  @Get('visits') visits(@copy.Session() session: unknown): unknown {
    return session;
  }
}

@Controller()
class Requiring {
  @Get('me') @copy.RequireSession() me(): string {
    return 'me';
  }
}

function featureOf(controller: Type): Type {
  @Module({ controllers: [controller] })
  class Feature {}
  return Feature;
}

describe('Two copies of the package in one application', () => {
  it.each([
    ['@Session() in Taking.visits()', Taking],
    ['@RequireSession()', Requiring],
  ])('are refused at start-up: the module of one, %s of the other', async (what, controller) => {
    const message = await startUpErrorOf(() => [SessionsModule.forRoot(), featureOf(controller)]);

    expect(message.slice(0, what.length)).toBe(what);
    expect(message).toMatch(/SessionsModule.*two copies of the package nestjs-sessions.*npm ls/);
  });

  it('are refused when both modules are imported', async () => {
    expect(await startUpErrorOf(() => [SessionsModule.forRoot(), copy.SessionsModule.forRoot()])).toMatch(
      /2 times .*two copies of the package/,
    );
  });

  it('work as one when the module is of the same copy as what uses it', async () => {
    const app = await TestApp.start({
      sessions: false,
      imports: [copy.SessionsModule.forRoot()],
      controllers: [Taking, Requiring],
    });

    expect((await app.browser().get('/visits')).status).toBe(200);
    expect((await app.browser().get('/me')).status).toBe(401);
    await app.close();
  });
});
