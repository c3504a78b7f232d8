import { BadRequestException, Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { LockSession, RequireSession, Session } from 'nestjs-sessions';

@Controller()
export class AccountController {
  @Post('login')
  @HttpCode(200)
  async login(@Session() session: Session, @Body('name') name: unknown): Promise<{ user: string; process: number }> {
    if (typeof name !== 'string' || name === '') throw new BadRequestException('Send a name');
    // Whoever knew the id before the login must not be logged in by it.
    await session.regenerate();
    session.set('user', name);
    return { user: name, process: process.pid };
  }

  @Get('me')
  @RequireSession('user')
  @LockSession('read-only')
  me(@Session('user') user: string): { user: string; process: number } {
    return { user, process: process.pid };
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Session() session: Session): Promise<void> {
    await session.destroy();
  }
}
