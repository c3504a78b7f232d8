import { Controller, Get } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { newVisitor, type Visitor } from './count-work.visitor.js';

/** One route for each request that is counted. It uses the public API alone, so that it counts any version of the library. */
@Controller()
export class CountedController {
  @Get('plain') plain(): object {
    return { ok: true };
  }

  @Get('read-number') @LockSession('read-only') readNumber(@Session() session: Session<Visitor>): object {
    return { visits: session.get('visits') };
  }

  @Get('read-object') @LockSession('read-only') readObject(@Session() session: Session<Visitor>): object {
    return { name: session.get('user')?.name, articles: session.get('cart')?.length };
  }

  @Get('locked-unchanged') lockedUnchanged(@Session() session: Session<Visitor>): object {
    return { name: session.get('user')?.name, articles: session.get('cart')?.length };
  }

  @Get('locked-changed') lockedChanged(@Session() session: Session<Visitor>): object {
    const article = session.get('cart')?.[0];
    if (article !== undefined) {
      article.amount += 1;
    }
    return { amount: article?.amount };
  }

  @Get('first-visit') firstVisit(@Session() session: Session<Visitor>): object {
    session.update(newVisitor());
    return { ok: true };
  }
}
