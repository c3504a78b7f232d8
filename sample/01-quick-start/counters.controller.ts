import { Controller, HttpCode, Post } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds, as a quick query takes them. What other requests do meanwhile is what the lock is about. */
const WORK = 5;

/** Two routes with the same code: one has the session to itself, the other has not. */
@Controller('counters')
export class CountersController {
  @Post('locked')
  @HttpCode(200)
  async locked(@Session() session: Session): Promise<{ locked: number }> {
    const count = session.get('locked') ?? 0;
    await wait(WORK);
    session.set('locked', count + 1);
    return { locked: count + 1 };
  }

  /** How it must not be done: in explicit mode nothing is locked until the handler asks for it, and this one does not. */
  @Post('naive')
  @HttpCode(200)
  @LockSession('explicit')
  async naive(@Session() session: Session): Promise<{ naive: number }> {
    const count = session.get('naive') ?? 0;
    await wait(WORK);
    session.set('naive', count + 1);
    return { naive: count + 1 };
  }

  @Post('reset')
  @HttpCode(204)
  reset(@Session() session: Session): void {
    session.delete('locked');
    session.delete('naive');
  }
}
