import { Controller, Get, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Session, SessionsModule } from 'nestjs-sessions';
import { AccountsController } from './accounts.controller.js';
import { SameSiteGuard } from './csrf.guard.js';
import { FlashController } from './flash.controller.js';
import { GenerationGuard, Generations, LogOutEverywhereController } from './log-out-everywhere.js';
import { Roles, RolesGuard } from './roles.guard.js';

@Controller()
class AdminController {
  @Post('become-admin')
  become(@Session() session: Session): void {
    session.set('role', 'admin');
  }

  @Get('admin')
  @Roles(['admin'])
  admin(): string {
    return 'the administrator';
  }
}

describe('The recipes', () => {
  let url: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [SessionsModule.forRoot()],
      controllers: [AccountsController, AdminController, FlashController, LogOutEverywhereController],
      providers: [
        Generations,
        { provide: APP_GUARD, useClass: SameSiteGuard },
        { provide: APP_GUARD, useClass: GenerationGuard },
        { provide: APP_GUARD, useClass: RolesGuard },
      ],
    }).compile();
    const app = module.createNestApplication();
    await app.listen(0);
    url = await app.getUrl();
    close = () => app.close();
  });

  afterAll(() => close());

  /** A client that keeps its cookie. */
  function visitor(): (method: string, path: string, headers?: Record<string, string>) => Promise<Response> {
    let cookie = '';
    return async (method, path, headers = {}) => {
      const body = method === 'POST' ? { body: new URLSearchParams({ userId: 'ann' }) } : {};
      const reply = await fetch(url + path, { method, redirect: 'manual', headers: { cookie, ...headers }, ...body });
      cookie = reply.headers.getSetCookie()[0]?.split(';', 1).join() ?? cookie;
      return reply;
    };
  }

  it('refuse what a page of another site sends', async () => {
    const send = visitor();

    expect((await send('POST', '/login', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send('POST', '/login', { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await send('POST', '/login', { 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  it('let in who has the role', async () => {
    const send = visitor();

    expect((await send('GET', '/admin')).status).toBe(403);
    await send('POST', '/become-admin');
    expect((await send('GET', '/admin')).status).toBe(200);
  });

  it('show a message once', async () => {
    const send = visitor();

    expect((await send('POST', '/articles')).status).toBe(303);
    expect(await (await send('GET', '/articles')).json()).toEqual({ messages: ['The article is saved.'] });
    expect(await (await send('GET', '/articles')).json()).toEqual({ messages: [] });
  });

  it('log out everywhere else', async () => {
    const [here, there] = [visitor(), visitor()];
    await here('POST', '/login');
    await there('POST', '/login');

    expect((await here('POST', '/log-out-everywhere')).status).toBe(201);

    expect((await here('GET', '/me')).status).toBe(200);
    expect((await there('GET', '/me')).status).toBe(401);
  });
});
