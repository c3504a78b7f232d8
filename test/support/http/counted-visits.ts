import { Controller, Get, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';

/** How many of its handlers have run in this spec file. */
export const handlers = { run: 0 };

/** A route that counts in the session, and one without it. */
@Controller()
export class CountedVisits {
  @Post('visits') visit(@Session() session: Session): number {
    handlers.run += 1;
    const visits = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return visits;
  }

  @Get('public') show(): string {
    return 'public';
  }
}
