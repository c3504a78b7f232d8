import { Controller, Get, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { LockSession, Session, SessionsModule } from 'nestjs-sessions';
import { AccountsController } from './accounts.controller.js';
import { SameSiteGuard } from './csrf.guard.js';
import { FlashController } from './flash.controller.js';
import { GenerationGuard, Generations, LogOutEverywhereController } from './log-out-everywhere.js';
import { Roles, RolesGuard } from './roles.guard.js';
import { Browser } from '../../test/support/http/browser.js';

const LOGIN = { userId: 'ann' };

@Controller()
class AdminController {
  @Post('become-admin')
  become(@Session() session: Session): void {
    session.set('role', 'admin');
  }

  @Get('name')
  @LockSession('read-only')
  name(@Session('userId') userId = 'nobody'): string {
    return userId;
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

  it('refuse what a page of another site sends', async () => {
    const visitor = new Browser(url);

    expect((await visitor.post('/login', LOGIN, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await visitor.post('/login', LOGIN, { headers: { origin: 'https://elsewhere.example' } })).status).toBe(
      403,
    );
    expect((await visitor.post('/login', LOGIN, { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(201);
  });

  it('let in who has the role', async () => {
    const visitor = new Browser(url);

    expect((await visitor.get('/admin')).status).toBe(403);
    await visitor.post('/become-admin');
    expect((await visitor.get('/admin')).status).toBe(200);
  });

  it('show a message once', async () => {
    const visitor = new Browser(url);

    expect((await visitor.post('/articles')).status).toBe(303);
    expect((await visitor.get('/articles')).json()).toEqual({ messages: ['The article is saved.'] });
    expect((await visitor.get('/articles')).json()).toEqual({ messages: [] });
  });

  it('log out everywhere else', async () => {
    const [here, there] = [new Browser(url), new Browser(url)];
    await here.post('/login', LOGIN);
    await there.post('/login', LOGIN);

    expect((await here.post('/log-out-everywhere')).status).toBe(201);

    expect((await here.get('/me')).status).toBe(200);
    expect((await there.get('/name')).status).toBe(401);
    expect((await there.get('/me')).status).toBe(401);
    expect((await there.get('/name')).text).toBe('nobody');
  });
});
