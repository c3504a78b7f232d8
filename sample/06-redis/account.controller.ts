import { BadRequestException, Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { LockSession, RequireSession, Session } from 'nestjs-sessions';

export interface AccountView {
  readonly user?: string;
  readonly clicks: number;
  readonly process: number;
}

@Controller()
export class AccountController {
  @Get()
  @LockSession('read-only')
  show(@Session() session: Session): AccountView {
    return view(session);
  }

  /** The session is locked from its first touch, so that of clicks that arrive at once, at either process, none gets lost. */
  @Post('click')
  @HttpCode(200)
  click(@Session() session: Session): AccountView {
    session.set('clicks', (session.get('clicks') ?? 0) + 1);
    return view(session);
  }

  /** A new id at the login: whoever has planted or seen the old one has nothing. */
  @Post('login')
  @HttpCode(200)
  async login(@Session() session: Session, @Body('user') user: unknown): Promise<AccountView> {
    if (typeof user !== 'string' || user === '') throw new BadRequestException('Send a user');
    await session.regenerate();
    session.set('user', user);
    return view(session);
  }

  @Post('logout')
  @HttpCode(200)
  @RequireSession('user')
  logout(@Session() session: Session): Promise<void> {
    return session.destroy();
  }
}

function view(session: Session): AccountView {
  const user = session.get('user');
  return { ...(user !== undefined && { user }), clicks: session.get('clicks') ?? 0, process: process.pid };
}
