import { Controller, Get } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';

function visit(session: Session): number {
  const visits = (session.get('visits') ?? 0) + 1;
  session.set('visits', visits);
  return visits;
}

/** One route for each kind of request that costs its own number of trips to the store. */
@Controller()
export class TripsController {
  @Get('public') show(): string {
    return 'public';
  }

  @Get('visit') visit(@Session() session: Session): number {
    return visit(session);
  }

  @Get('read') read(@Session('visits') visits: number): number {
    return visits;
  }

  @Get('read-only') @LockSession('read-only') readOnly(@Session('visits') visits: number): number {
    return visits;
  }

  @Get('unlocked') @LockSession('explicit') unlocked(@Session() session: Session): number {
    return visit(session);
  }

  @Get('with-lock') @LockSession('explicit') withLock(@Session() session: Session): Promise<number> {
    return session.withLock(visit);
  }

  @Get('saves-on-the-way') async saves(@Session() session: Session): Promise<number> {
    visit(session);
    await session.save();
    return visit(session);
  }

  @Get('save-at-the-end') async savesAtTheEnd(@Session() session: Session): Promise<number> {
    const visits = visit(session);
    await session.save();
    return visits;
  }

  @Get('loads-again') async loads(@Session() session: Session): Promise<number> {
    await session.load();
    await session.load();
    return visit(session);
  }
}
