import { Controller, Get, GoneException, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Response } from 'express';
import { LockSession, Session, Sessions } from 'nestjs-sessions';
import { setTimeout as pause } from 'node:timers/promises';
import { SessionEngine } from '../../lib/session/session-engine.js';

/** Tells the client of a request that failed whether its handler ran: if not, nothing can have been written. */
const HANDLED = 'handled';

@Controller()
export class TortureController {
  constructor(
    private readonly modules: ModuleRef,
    private readonly sessions: Sessions,
  ) {}

  @Post('start') start(@Session() session: Session): void {
    session.set('count', 0);
  }

  @Post('counts') count(
    @Session() session: Session,
    @Query('pause') milliseconds: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<number> {
    return addOne(session, milliseconds, response);
  }

  /** What loses counts. */
  @Post('unlocked-counts') @LockSession('explicit') unlockedCount(
    @Session() session: Session,
    @Query('pause') milliseconds: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<number> {
    return addOne(session, milliseconds, response);
  }

  @Post('keys/:key') @LockSession('explicit') async write(
    @Session() session: Session,
    @Param('key') key: string,
    @Query('value') value: string,
    @Query('pause') milliseconds: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<number> {
    assertStarted(session);
    const before: number = session.get(key) ?? 0;
    await pause(Number(milliseconds));
    session.set(key, Number(value));
    response.setHeader(HANDLED, 'yes');
    return before;
  }

  @Post('login') async login(@Session() session: Session, @Query('as') login: string): Promise<void> {
    assertStarted(session);
    await session.regenerate();
    session.set('login', login);
  }

  @Post('rotations') async rotate(@Session() session: Session): Promise<void> {
    assertStarted(session);
    await session.regenerate();
  }

  @Post('logout') @HttpCode(200) async logout(@Session() session: Session): Promise<void> {
    assertStarted(session);
    await session.destroy();
  }

  @Get('login') @LockSession('read-only') who(@Session() session: Session): string {
    return session.get('login') ?? '';
  }

  /** How many sessions this process has locked, or waits for. */
  @Get('locks') locks(): number {
    return this.modules.get(SessionEngine, { strict: false }).locks.size;
  }

  @Post('clean-up') cleanUp(): Promise<number> {
    return this.sessions.cleanUp();
  }
}

/** Read, wait, write. */
async function addOne(session: Session, milliseconds: string, response: Response): Promise<number> {
  assertStarted(session);
  const count = (session.get('count') ?? 0) + 1;
  await pause(Number(milliseconds));
  session.set('count', count);
  response.setHeader(HANDLED, 'yes');
  return count;
}

/** A session that is lost is not silently begun anew. */
function assertStarted(session: Session): void {
  if (!session.has('count')) throw new GoneException();
}
