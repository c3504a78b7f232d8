import { Controller, Get, Injectable, Query, Req, Res, UseGuards, type ExecutionContext } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportSerializer, PassportStrategy } from '@nestjs/passport';
import type { Request, Response } from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expressSession } from 'nestjs-sessions/express-session';
import passport from 'passport';
import { Strategy } from 'passport-oauth2';
import { beforeHandlers } from '../../support/http/before-handlers.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import { TestApp } from '../../support/http/test-app.js';

const providers: Server[] = [];

/** A provider that gives a token for every code. */
async function startProvider(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'the token', token_type: 'bearer' }));
  });
  providers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function strategyOf(provider: string) {
  @Injectable()
  class ProviderStrategy extends PassportStrategy(Strategy, 'provider') {
    constructor() {
      super({
        authorizationURL: `${provider}/authorize`,
        tokenURL: `${provider}/token`,
        clientID: 'the application',
        clientSecret: 'its secret',
        callbackURL: 'http://application.test/callback',
        state: true,
      });
    }

    validate(accessToken: string): object {
      return { provider: 'provider', name: `who has ${accessToken}` };
    }
  }
  return ProviderStrategy;
}

/** Of its own strategy alone: a process has one passport, which goes on with the next serialiser. */
@Injectable()
class ProviderUser extends PassportSerializer {
  serializeUser(user: unknown, done: (error: unknown, user?: unknown) => void): void {
    passOn(user, done);
  }

  deserializeUser(user: unknown, done: (error: unknown, user?: unknown) => void): void {
    passOn(user, done);
  }
}

function passOn(user: unknown, done: (error: unknown, user?: unknown) => void): void {
  const isOfProvider = typeof user === 'object' && user !== null && 'provider' in user;
  if (isOfProvider) {
    done(null, user);
  } else {
    done('pass');
  }
}

/** passport redirects by what Node's response has, and Fastify's reply has not. */
@Injectable()
class ProviderGuard extends AuthGuard('provider') {
  getResponse(context: ExecutionContext): unknown {
    const response = context.switchToHttp().getResponse<{ readonly raw?: unknown }>();
    return response.raw ?? response;
  }
}

@Controller()
class LoginController {
  @Get('login')
  @UseGuards(ProviderGuard)
  login(): void {
    // The guard redirects to the provider.
  }

  @Get('callback')
  @UseGuards(ProviderGuard)
  callback(@Req() req: Request, @Res() res: Response, @Query('next') next = '/me'): void {
    req.logIn(req.user!, (error: unknown) => {
      const isKnown = error === undefined || error === null;
      res
        .status(302)
        .header('location', isKnown ? next : '/failed')
        .send();
    });
  }

  @Get('me')
  me(@Req() req: Request): object {
    return { user: req.user ?? null };
  }
}

describe.each(PLATFORMS)('passport with OAuth 2.0 and a state in the session, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      platform,
      imports: [PassportModule.register({ session: true })],
      controllers: [LoginController],
      providers: [strategyOf(await startProvider()), ProviderUser],
      sessions: { compatibility: expressSession() },
      configure: (nest) => beforeHandlers(nest, platform, passport.session()),
    });
  });

  afterAll(async () => {
    await app.close();
    for (const server of providers) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function stateOf(browser: ReturnType<TestApp['browser']>): Promise<string> {
    const location = (await browser.get('/login')).headers.get('location') ?? '';
    return new URL(location).searchParams.get('state') ?? '';
  }

  it('logs in who comes back with the state of the session', async () => {
    const browser = app.browser();
    const state = await stateOf(browser);

    expect((await browser.get(`/callback?code=1&state=${state}`)).headers.get('location')).toBe('/me');
    expect((await browser.get('/me')).json()).toMatchObject({ user: { name: 'who has the token' } });
  });

  it('refuses a state of another session, and one that was used', async () => {
    const browser = app.browser();
    const stranger = app.browser();
    const state = await stateOf(browser);
    await stateOf(stranger);

    expect((await stranger.get(`/callback?code=1&state=${state}`)).status).toBe(401);
    await browser.get(`/callback?code=1&state=${state}`);
    expect((await browser.get(`/callback?code=1&state=${state}`)).status).toBe(401);
  });
});
