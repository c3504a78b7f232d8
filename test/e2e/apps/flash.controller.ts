import { Controller, Get, HttpStatus, Post, Redirect, Res } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import type { AnyReply } from '../../support/http/any-platform.js';

/** Leaves a message for the page that it redirects to. */
@Controller()
export class FlashController {
  #sent = 0;

  @Post('decorator') @Redirect('/message', HttpStatus.SEE_OTHER) decorator(@Session() session: Session): void {
    this.#leave(session);
  }

  @Post('by-hand') byHand(@Session() session: Session, @Res() reply: AnyReply): void {
    this.#leave(session);
    reply.status(HttpStatus.SEE_OTHER).header('Location', '/message').send();
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
