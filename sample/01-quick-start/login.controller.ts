import { BadRequestException, Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';

const LONGEST_NAME = 40;

/** Asks for no password: what matters here is what becomes of the session. */
@Controller()
export class LoginController {
  @Post('login')
  @HttpCode(200)
  async login(@Session() session: Session, @Body('name') name: unknown): Promise<{ user: string }> {
    const user = typeof name === 'string' ? name.trim() : '';
    if (user === '' || user.length > LONGEST_NAME) {
      throw new BadRequestException(`Send a name of 1 to ${LONGEST_NAME} characters`);
    }
    // Whoever knew the id before the login must not be logged in by it.
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
