import { Session as NestSession } from '@nestjs/common';
import {
  RequireSession,
  Session,
  type CurrentSession,
  type SessionData,
  type SessionObject,
  type Sessions,
} from 'nestjs-sessions';
import { createTestSession } from 'nestjs-sessions/testing';
import { isTrue, type Same } from '../../support/basics/same-type.js';

type Key = 'visits' | 'userId' | 'cart';

export function read(session: Session): void {
  isTrue<Same<ReturnType<typeof session.get<'visits'>>, number | undefined>>();
  isTrue<Same<ReturnType<typeof session.get<'userId'>>, string | undefined>>();
  isTrue<Same<typeof session.data, Partial<SessionData>>>();
  isTrue<Same<ReturnType<typeof session.keys>, IterableIterator<Key>>>();
  const visits: number = session.get('visits') ?? 0;
  // @ts-expect-error -- a first visit has no data
  session.data.visits += visits;
  session.data.visits = (session.data.visits ?? 0) + visits;
  session.get('cart')?.items.push('pear');
  // @ts-expect-error there is no such key
  session.get('visit');
  // @ts-expect-error there is no such key
  session.has('visit');
  // @ts-expect-error there is no such key
  session.data.visit = visits;
  // @ts-expect-error it may be undefined
  session.data.visits = session.get('visits');
}

export function write(session: Session): void {
  session.set('visits', 1).set('userId', undefined).delete('cart');
  session.update({ visits: 2 });
  isTrue<Same<ReturnType<typeof session.setDefault<'visits'>>, number>>();
  isTrue<Same<ReturnType<typeof session.pop<'visits'>>, number | undefined>>();
  // @ts-expect-error it is a number
  session.set('visits', '1');
  // @ts-expect-error there is no such key
  session.set('visit', 1);
  // @ts-expect-error it is a number
  session.update({ visits: '2' });
  // @ts-expect-error there is no such key
  session.update({ visit: 2 });
  // @ts-expect-error it is a number
  session.setDefault('visits', 'none');
  // @ts-expect-error there is no such key
  session.delete('visit');
}

export class Controller {
  constructor(
    private readonly current: CurrentSession,
    private readonly sessions: Sessions,
  ) {}

  @RequireSession('userId', 'visits')
  ours(@Session() session: Session, @Session('visits') visits: number): unknown {
    return [session.get('visits'), visits];
  }

  theirs(@NestSession() session: SessionObject): number | undefined {
    return session.get('visits');
  }

  // @ts-expect-error there is no such key
  @RequireSession('visit')
  // @ts-expect-error there is no such key
  mistyped(@Session('visit') visit: number): number {
    return visit;
  }

  others(): Promise<number | undefined> {
    // @ts-expect-error there is no such key
    this.current.get('visit');
    return this.sessions.open('', (session) => session.get('visits') ?? this.current.get('visits'));
  }
}

/** A session of another shape, for one place. */
export function own(session: Session<{ step: 1 | 2 }>): void {
  isTrue<Same<ReturnType<typeof session.get<'step'>>, 1 | 2 | undefined>>();
  // @ts-expect-error it is 1 or 2
  session.set('step', 3);
}

export const forTests: Session[] = [createTestSession(), createTestSession({ visits: 2 })];
// @ts-expect-error it is a number
createTestSession({ visits: '2' });
