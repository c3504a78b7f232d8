import { Controller, Post, Req, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { Session } from 'nestjs-sessions';

@Controller()
export class PassportLoginController {
  @Post('login')
  @UseGuards(AuthGuard('local'))
  async login(@Req() request: Request, @Session() session: Session): Promise<void> {
    await session.regenerate();
    session.set('userId', (request.user as { readonly name: string }).name);
  }
}
