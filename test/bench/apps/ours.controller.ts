import { Controller, Get } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { newVisitor, type Visitor } from './visitor.js';

interface Visits {
  visits: number;
}

/** One route for each workload. */
@Controller()
export class OursController {
  @Get('plain') plain(): Visits {
    return { visits: 1 };
  }

  @Get('read-only') @LockSession('read-only') readOnly(@Session() session: Session<Visitor>): Visits {
    return read(session);
  }

  @Get('locked-unchanged') lockedUnchanged(@Session() session: Session<Visitor>): Visits {
    return read(session);
  }

  @Get('locked-changed') lockedChanged(@Session() session: Session<Visitor>): Visits {
    return change(session);
  }

  @Get('unlocked-changed') @LockSession('explicit') unlockedChanged(@Session() session: Session<Visitor>): Visits {
    return change(session);
  }

  @Get('first-visit') firstVisit(@Session() session: Session<Visitor>): Visits {
    session.update(newVisitor());
    return { visits: 1 };
  }
}

function read(session: Session<Visitor>): Visits {
  return { visits: session.get('visits') ?? 0 };
}

function change(session: Session<Visitor>): Visits {
  const visits = (session.get('visits') ?? 0) + 1;
  session.set('visits', visits);
  return { visits };
}
