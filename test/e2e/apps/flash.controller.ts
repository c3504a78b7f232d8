import { Controller, Get, HttpStatus, Post, Redirect, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Session } from 'nestjs-sessions';

/** Leaves a message for the page that it redirects to. */
@Controller()
export class FlashController {
  #sent = 0;

  @Post('decorator') @Redirect('/message', HttpStatus.SEE_OTHER) decorator(@Session() session: Session): void {
    this.#leave(session);
  }

  @Post('by-hand') byHand(@Session() session: Session, @Res() response: Response): void {
    this.#leave(session);
    response.redirect(HttpStatus.SEE_OTHER, '/message');
  }

  @Post('login')
  @Redirect('/message', HttpStatus.SEE_OTHER)
  async login(@Session() session: Session): Promise<void> {
    await session.regenerate();
    this.#leave(session);
  }

  @Get('message') message(@Session() session: Session): object {
    return { message: session.get('message') ?? 'none' };
  }

  #leave(session: Session): void {
    this.#sent += 1;
    session.set('message', this.#sent);
  }
}
