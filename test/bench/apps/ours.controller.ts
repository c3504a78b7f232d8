import { Controller, Get } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { newVisitor, type Visitor } from './visitor.js';

/** One route for each workload. It uses the public API alone, so that it measures any version of the library. */
@Controller()
export class OursController {
  @Get('no-session') noSession(): object {
    return { ok: true };
  }

  @Get('read-number') @LockSession('read-only') readNumber(@Session() session: Session<Visitor>): object {
    return { visits: session.get('visits') };
  }

  @Get('read-object') @LockSession('read-only') readObject(@Session() session: Session<Visitor>): object {
    return read(session);
  }

  @Get('locked-unchanged') lockedUnchanged(@Session() session: Session<Visitor>): object {
    return read(session);
  }

  @Get('locked-change') lockedChange(@Session() session: Session<Visitor>): object {
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

function read(session: Session<Visitor>): object {
  return { name: session.get('user')?.name, amount: session.get('cart')?.[0]?.amount };
}
