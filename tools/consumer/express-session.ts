import { Controller, Get, Module, Req } from '@nestjs/common';
import type { Request } from 'express';
import { SessionsModule } from 'nestjs-sessions';
import 'nestjs-sessions/express';
import { expressSession, SESSION } from 'nestjs-sessions/express-session';
import { countVisits } from './visits.js';

/** As code that was written for express-session has it; `nestjs-sessions/express` gives `request.session` its type. */
@Controller()
class VisitsController {
  @Get('visits')
  visits(@Req() { session }: Request): number {
    const theirs = session as unknown as { visits?: number; readonly [SESSION]: typeof session };
    theirs.visits = (theirs.visits ?? 0) + 1;
    return theirs[SESSION].get('visits') ?? 0;
  }
}

@Module({
  imports: [SessionsModule.forRoot({ compatibility: expressSession() })],
  controllers: [VisitsController],
})
class BridgedModule {}

await countVisits(BridgedModule);
