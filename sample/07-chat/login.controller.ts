import { BadRequestException, Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';

const LONGEST_NAME = 40;

/** Asks for no password: what matters here is what becomes of the sockets. */
@Controller()
export class LoginController {
  @Get('me')
  @LockSession('read-only')
  me(@Session('user') user: string | undefined): { user: string | null } {
    return { user: user ?? null };
  }

  @Post('login')
  @HttpCode(200)
  async login(@Session() session: Session, @Body('name') name: unknown): Promise<{ user: string }> {
    const user = typeof name === 'string' ? name.trim() : '';
    if (user === '' || user.length > LONGEST_NAME) {
      throw new BadRequestException(`Send a name of 1 to ${LONGEST_NAME} characters`);
    }
    await session.regenerate();
    session.set('user', user);
    return { user };
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Session() session: Session): Promise<void> {
    await session.destroy();
  }
}
