import { RequireSession, Session, type CurrentSession, type SessionObject } from 'nestjs-sessions';
import { isTrue, type Same } from '../../support/basics/same-type.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what is tested: un-augmented, every value is any
type Anything = any;

export function anything(session: Session, current: CurrentSession): void {
  isTrue<Same<ReturnType<typeof session.get<'whatever'>>, Anything>>();
  isTrue<Same<typeof session.data, Record<string, Anything>>>();
  isTrue<Same<ReturnType<typeof session.keys>, IterableIterator<string>>>();
  const visits: number = (session.get('visits') ?? 0) + 1;
  session
    .set('visits', visits)
    .set('user', { name: 'ann' })
    .update({ any: ['thing'] });
  session.data['visits'] += 1;
  session.data['list'] = session.setDefault('list', [])[0] ?? current.get('more').deep.down;
  const same: Session = session satisfies SessionObject;
  // @ts-expect-error a key is a string
  same.get(5);
}

export class Controller {
  @RequireSession('whatever', 'else')
  handler(@Session() session: Session, @Session('whatever') whatever: string): unknown {
    return [session, whatever];
  }
}

export function own(session: Session<{ visits: number }>): void {
  isTrue<Same<ReturnType<typeof session.get<'visits'>>, number | undefined>>();
  // @ts-expect-error there is no such key
  session.get('visit');
}
