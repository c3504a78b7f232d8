import { Controller, Get, Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { LockSession, RequireSession, Session, SessionsModule } from 'nestjs-sessions';
import { RememberedLogins, RememberMeController, RememberMeMiddleware } from './remember-me.js';
import { Browser } from '../../test/support/http/browser.js';

@Controller()
@RequireSession('userId')
class PagesController {
  @Get('page')
  page(@Session('userId') userId: string): string {
    return userId;
  }

  @Get('status')
  @LockSession('read-only')
  status(@Session('userId') userId: string): string {
    return userId;
  }
}

@Module({
  imports: [SessionsModule.forRoot({ cookie: { persistent: false } })],
  controllers: [RememberMeController, PagesController],
  providers: [RememberedLogins],
})
class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(RememberMeMiddleware).forRoutes('{*path}');
  }
}

describe('The recipe of "remember me"', () => {
  let url: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = module.createNestApplication();
    await app.listen(0);
    url = await app.getUrl();
    stop = () => app.close();
  });

  afterAll(() => stop());

  async function loggedIn(remember?: 'on'): Promise<Browser> {
    const visitor = new Browser(url);
    await visitor.post('/login', { userId: 'ann', remember });
    return visitor;
  }

  /** It forgets the cookies that have no expiry. */
  function close(browser: Browser): void {
    browser.cookies.delete('session_id');
  }

  it('logs out who did not ask for it when the browser is closed', async () => {
    const visitor = await loggedIn();
    const { setCookies } = await visitor.post('/login', { userId: 'ann' });
    expect(setCookies.join()).not.toMatch(/Max-Age|Expires/);
    expect((await visitor.get('/page')).status).toBe(200);

    close(visitor);

    expect((await visitor.get('/page')).status).toBe(401);
  });

  it.each(['/page', '/status'])('logs in who comes back, on %s too', async (path) => {
    const visitor = await loggedIn('on');

    close(visitor);

    expect((await visitor.get(path)).text).toBe('ann');
    expect((await visitor.get(path)).setCookies).toEqual([]);
  });

  it('forgets who logs out', async () => {
    const visitor = await loggedIn('on');
    await visitor.post('/logout');

    close(visitor);

    expect((await visitor.get('/page')).status).toBe(401);
  });
});
