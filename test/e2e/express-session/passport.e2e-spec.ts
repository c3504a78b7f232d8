import { Controller, Get, Injectable, Post, Req, Res, UseGuards, type ExecutionContext } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportSerializer, PassportStrategy } from '@nestjs/passport';
import type { Request, Response } from 'express';
import { expressSession } from 'nestjs-sessions/express-session';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { beforeHandlers } from '../../support/http/before-handlers.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import { TestApp } from '../../support/http/test-app.js';

interface User {
  readonly name: string;
}

@Injectable()
class LocalStrategy extends PassportStrategy(Strategy) {
  validate(username: string, password: string): User | null {
    return password === 'right' ? { name: username } : null;
  }
}

@Injectable()
class UserSerializer extends PassportSerializer {
  serializeUser(user: User, done: (error: unknown, name?: string) => void): void {
    done(user.name === 'unserialisable' ? new Error('no such user') : null, user.name);
  }

  deserializeUser(name: string, done: (error: unknown, user?: User) => void): void {
    done(name === 'forgotten' ? new Error('the user is gone') : null, { name });
  }
}

@Injectable()
class LoginGuard extends AuthGuard('local') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const isLoggedIn = (await super.canActivate(context)) as boolean;
    await super.logIn(context.switchToHttp().getRequest<Request>());
    return isLoggedIn;
  }
}

@Controller()
class PassportController {
  @Post('login')
  @UseGuards(LoginGuard)
  login(@Req() req: Request): unknown {
    return req.user;
  }

  @Get('me')
  me(@Req() req: Request): object {
    return { user: req.user ?? null };
  }

  @Get('cart')
  cart(@Req() req: Request): object {
    const session = req.session as unknown as { cart?: number };
    session.cart = (session.cart ?? 0) + 1;
    return { cart: session.cart };
  }

  @Post('keep')
  keep(@Req() req: Request, @Res() res: Response): void {
    req.logIn({ name: 'kept' }, { keepSessionInfo: true } as never, (error: unknown) => {
      res.send({ error: error ?? null, cart: (req.session as unknown as { cart?: number }).cart });
    });
  }

  @Post('logout')
  logout(@Req() req: Request, @Res() res: Response): void {
    req.logout((error: unknown) => {
      res.send({ error: error ?? null });
    });
  }
}

const login = (username: string, password = 'right'): object => ({ username, password });

describe.each(PLATFORMS)('passport with passport-local, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      platform,
      imports: [PassportModule.register({ session: true })],
      controllers: [PassportController],
      providers: [LocalStrategy, UserSerializer],
      sessions: { compatibility: expressSession(), secret: 'a secret that signs the cookies' },
      configure: (nest) => beforeHandlers(nest, platform, passport.session()),
    });
  });

  afterAll(() => app.close());

  it('logs in, knows the user in the next request, and logs out', async () => {
    const browser = app.browser();

    expect((await browser.post('/login', login('ann'))).json()).toEqual({ name: 'ann' });
    expect((await browser.get('/me')).json()).toEqual({ user: { name: 'ann' } });
    expect((await browser.post('/logout')).json()).toEqual({ error: null });
    expect((await browser.get('/me')).json()).toEqual({ user: null });
  });

  it('gives the session a new id with the login: the old one is worth nothing', async () => {
    const browser = app.browser();
    await browser.get('/cart');
    const before = browser.clone();

    await browser.post('/login', login('ann'));

    expect(browser.cookieHeader).not.toBe(before.cookieHeader);
    expect((await before.get('/me')).json()).toEqual({ user: null });
  });

  it('logs nobody in with a wrong password', async () => {
    const browser = app.browser();

    expect((await browser.post('/login', login('ann', 'wrong'))).status).toBe(401);
    expect((await browser.get('/me')).json()).toEqual({ user: null });
    expect(browser.cookieHeader).toBe('');
  });

  it('drops the data of a guest, and keeps them with keepSessionInfo', async () => {
    const guest = app.browser();
    await guest.get('/cart');
    const other = guest.clone();
    await other.get('/cart');

    expect((await guest.post('/keep')).json()).toEqual({ error: null, cart: 2 });
    expect((await guest.get('/me')).json()).toEqual({ user: { name: 'kept' } });
    expect((await guest.get('/cart')).json()).toEqual({ cart: 3 });
  });

  it('answers errors of the serialiser, and logs nobody in', async () => {
    const browser = app.browser();

    expect((await browser.post('/login', login('unserialisable'))).status).toBe(500);
    expect((await browser.get('/me')).json()).toEqual({ user: null });
  });

  it('answers errors of the deserialiser', async () => {
    const browser = app.browser();
    await browser.post('/login', login('forgotten'));

    expect((await browser.get('/me')).status).toBe(500);
  });
});
