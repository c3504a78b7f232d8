import { Controller, Get, Post, Redirect } from '@nestjs/common';
import { Session } from 'nestjs-sessions';

declare module 'nestjs-sessions' {
  interface SessionData {
    flash?: string[];
  }
}

@Controller()
export class FlashController {
  @Post('articles')
  @Redirect('/articles', 303)
  save(@Session() session: Session): void {
    session.set('flash', [...(session.get('flash') ?? []), 'The article is saved.']);
  }

  @Get('articles')
  list(@Session() session: Session): { messages: string[] } {
    return { messages: session.pop('flash') ?? [] };
  }
}
