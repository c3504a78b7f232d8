import { Controller, Post } from '@nestjs/common';
import { Session, type SessionStore } from 'nestjs-sessions';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

const VISITORS = 50;

let inside = 0;
let everybody = new Gate();

@Controller()
class MeetingController {
  /** Goes on when the handlers of all visitors run at the same time. */
  @Post('meet') async meet(@Session() session: Session): Promise<boolean> {
    inside += 1;
    if (inside === VISITORS) everybody.open();
    await everybody.pass();
    session.set('met', inside);
    return session.locked;
  }
}

/** The store as if it had one connection: each operation waits until the one before has ended. */
function poolOfOne(inner: SessionStore): SessionStore {
  let last: Promise<unknown> = Promise.resolve();
  return new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') {
        return member;
      }
      return (...args: unknown[]): unknown => {
        const answer = last.then((): unknown => Reflect.apply(member, target, args));
        last = answer.catch(() => undefined);
        return answer;
      };
    },
  });
}

describe('Locked requests of different sessions', () => {
  it('run side by side, however many there are, with one operation of the store at a time', async () => {
    [inside, everybody] = [0, new Gate()];
    const store = poolOfOne(distantMemory());
    // An operation waits for those of all others.
    const sessions = { store, storeTimeout: 20_000, lock: { wait: 1_000 } };
    const app = await startNotes({ controllers: [MeetingController], sessions });
    const visitors = Array.from({ length: VISITORS }, () => app.browser());
    await Promise.all(visitors.map(async (visitor) => visitor.post('/notes', { user: 'ann' })));

    const replies = await Promise.all(visitors.map(async (visitor) => visitor.post('/meet')));
    expect(replies.map(({ status, text }) => [status, text])).toEqual(replies.map(() => [201, 'true']));
    for (const visitor of visitors) {
      expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', met: VISITORS });
    }
  });
});
