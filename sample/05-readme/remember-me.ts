import { Body, Controller, Injectable, Post, Req, Res, type NestMiddleware } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { days, Session } from 'nestjs-sessions';
import { createHash, randomBytes } from 'node:crypto';

const COOKIE = '__Host-remember';
const COOKIE_OPTIONS: CookieOptions = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' };

/** In your application this is a table. It keeps hashes, so that nobody who reads it can log in. */
@Injectable()
export class RememberedLogins {
  readonly #logins = new Map<string, { readonly userId: string; readonly expiresAt: number }>();

  remember(userId: string): string {
    const token = randomBytes(32).toString('base64url');
    this.#logins.set(hash(token), { userId, expiresAt: Date.now() + days(30) });
    return token;
  }

  userOf(token: string): string | undefined {
    const login = this.#logins.get(hash(token));
    return login !== undefined && login.expiresAt > Date.now() ? login.userId : undefined;
  }

  forget(token: string): void {
    this.#logins.delete(hash(token));
  }
}

/** Who comes without a login and with a token is logged in. Without a token it costs nothing. */
@Injectable()
export class RememberMeMiddleware implements NestMiddleware {
  constructor(private readonly logins: RememberedLogins) {}

  async use(request: Request & { readonly session: Session }, _response: Response, next: () => void): Promise<void> {
    const userId = this.logins.userOf(tokenOf(request));
    if (userId !== undefined) {
      await request.session.load();
      if (!request.session.has('userId')) {
        await request.session.regenerate();
        request.session.set('userId', userId);
        // Stored now: to guards, and to routes that only read, the visitor is logged in.
        await request.session.save();
      }
    }
    next();
  }
}

@Controller()
export class RememberMeController {
  constructor(private readonly logins: RememberedLogins) {}

  @Post('login')
  async login(
    @Session() session: Session,
    @Body() { userId, remember }: { readonly userId: string; readonly remember?: string },
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    // Here you check the password. Then:
    await session.regenerate();
    session.set('userId', userId);
    if (remember === 'on') {
      response.cookie(COOKIE, this.logins.remember(userId), { ...COOKIE_OPTIONS, maxAge: days(30) });
    }
  }

  @Post('logout')
  async logout(
    @Session() session: Session,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    this.logins.forget(tokenOf(request));
    response.clearCookie(COOKIE, COOKIE_OPTIONS);
    await session.destroy();
  }
}

function tokenOf({ headers }: Request): string {
  const [, token = ''] = /(?:^|; )__Host-remember=([\w-]{43})(?:;|$)/.exec(headers.cookie ?? '') ?? [];
  return token;
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
