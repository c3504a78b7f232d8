import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds, as a quick query takes them: time enough for the other process to come in between, if anything lets it. */
const WORK = 5;

@Controller('counter')
export class CounterController {
  @Post()
  @HttpCode(200)
  async increment(@Session() session: Session): Promise<{ count: number; process: number }> {
    const count = session.get('count') ?? 0;
    await wait(WORK);
    session.set('count', count + 1);
    return { count: count + 1, process: process.pid };
  }

  @Get()
  @LockSession('read-only')
  read(@Session('count') count = 0): { count: number; process: number } {
    return { count, process: process.pid };
  }
}
