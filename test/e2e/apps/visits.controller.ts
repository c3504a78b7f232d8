import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { setTimeout as pause } from 'node:timers/promises';
import { gate } from '../../support/http/gates.js';

/** Read, wait, write: what loses updates wherever two do it at once. */
async function count(session: Session, wait: () => Promise<unknown>): Promise<number> {
  const visits = (session.get('visits') ?? 0) + 1;
  await wait();
  session.set('visits', visits);
  return visits;
}

/** The same work under the lock and without it, in this process or in one of its own. */
@Controller()
export class VisitsController {
  @Post('visits') visit(@Session() session: Session, @Query('pause') milliseconds = '0'): Promise<number> {
    return count(session, () => pause(Number(milliseconds)));
  }

  @Post('naive-visits')
  @LockSession('explicit')
  naiveVisit(@Session() session: Session, @Query('pause') milliseconds = '0'): Promise<number> {
    return count(session, () => pause(Number(milliseconds)));
  }

  /** Stops between reading and writing until the gate of that name is opened. */
  @Post('visits/at/:gate') held(@Session() session: Session, @Param('gate') name: string): Promise<number> {
    return count(session, () => gate(name).pass());
  }

  @Post('naive-visits/at/:gate')
  @LockSession('explicit')
  naiveHeld(@Session() session: Session, @Param('gate') name: string): Promise<number> {
    return count(session, () => gate(name).pass());
  }

  @Get('session') @LockSession('read-only') session(@Session() session: Session): object {
    return session.data;
  }

  @Post('login') async login(@Session() session: Session): Promise<void> {
    await session.regenerate();
    session.set('user', 'ann');
  }

  @Post('logout') async logout(@Session() session: Session): Promise<void> {
    await session.destroy();
  }

  @Post('naive-logout') @LockSession('explicit') async naiveLogout(@Session() session: Session): Promise<void> {
    await session.destroy();
  }
}
