import { Controller, Get, Session } from '@nestjs/common';
import type { SessionData } from 'express-session';
import { newVisitor, type Visitor } from '../apps/visitor.js';

type VisitorSession = SessionData & Visitor;

/** One route for each workload; it knows no locks, so that what stands beside a locked one is read, change, write. */
@Controller()
export class ExpressSessionController {
  @Get('no-session') noSession(): object {
    return { ok: true };
  }

  @Get('read-number') readNumber(@Session() session: VisitorSession): object {
    return { visits: session.visits };
  }

  @Get('read-object') readObject(@Session() session: VisitorSession): object {
    return { name: session.user.name, amount: session.cart[0]?.amount };
  }

  @Get('locked-change') change(@Session() session: VisitorSession): object {
    const [article] = session.cart;
    if (article !== undefined) {
      article.amount += 1;
    }
    return { amount: article?.amount };
  }

  @Get('first-visit') firstVisit(@Session() session: VisitorSession): object {
    Object.assign(session, newVisitor());
    return { ok: true };
  }
}
