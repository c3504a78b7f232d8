import { Body, Controller, Get, Post } from '@nestjs/common';
import { RequireSession, Session } from 'nestjs-sessions';

@Controller()
export class AccountsController {
  @Post('login')
  async login(@Session() session: Session, @Body('userId') userId: string): Promise<void> {
    // Here you check the password. Then:
    await session.regenerate();
    session.set('userId', userId);
  }

  @Post('logout')
  async logout(@Session() session: Session): Promise<void> {
    await session.destroy();
  }

  @Get('me')
  @RequireSession('userId')
  me(@Session('userId') userId: string): { userId: string } {
    return { userId };
  }
}
