import { Controller, Get, Session } from '@nestjs/common';
import type { SessionData } from 'express-session';
import { newVisitor, type Visitor } from '../apps/visitor.js';

interface Visits {
  visits: number;
}

type VisitorSession = SessionData & Visitor;

/** One route for each workload; it knows no locks, so that what stands beside a locked one is read, change, write. */
@Controller()
export class ExpressSessionController {
  @Get('plain') plain(): Visits {
    return { visits: 1 };
  }

  @Get(['read-only', 'locked-unchanged']) read(@Session() session: VisitorSession): Visits {
    return { visits: session.visits };
  }

  @Get(['locked-changed', 'unlocked-changed']) change(@Session() session: VisitorSession): Visits {
    session.visits += 1;
    return { visits: session.visits };
  }

  @Get('first-visit') firstVisit(@Session() session: VisitorSession): Visits {
    Object.assign(session, newVisitor());
    return { visits: 1 };
  }
}
