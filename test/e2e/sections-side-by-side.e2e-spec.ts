import { Controller, Post } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Browser } from '../support/http/browser.js';
import { startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

interface Cart {
  items: string[];
}

const FAILURE = new Error('no money');

/** Long enough for a section that takes no turn to run in between. */
async function pause(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

async function count(session: Session): Promise<void> {
  const visits = session.get('visits');
  await pause();
  session.set('visits', visits + 1);
}

function outcomes(results: readonly PromiseSettledResult<unknown>[]): string[] {
  return results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'done'));
}

@Controller('implicit')
@LockSession('implicit')
class Implicit {
  @Post('order') async order(@Session() session: Session): Promise<string[]> {
    const order: string[] = [];
    const section = (name: string): Promise<void> =>
      session.withLock(async () => {
        order.push(`${name} begins`);
        await pause();
        order.push(`${name} ends`);
      });
    await Promise.all([section('one'), section('two'), section('three')]);
    return order;
  }

  @Post('count') async count(@Session() session: Session): Promise<void> {
    await Promise.all([1, 2, 3].map(() => session.withLock(count)));
  }

  @Post('first-fails') firstFails(@Session() session: Session): Promise<string[]> {
    return this.#beside(session, 0);
  }

  @Post('middle-fails') middleFails(@Session() session: Session): Promise<string[]> {
    return this.#beside(session, 1);
  }

  @Post('last-fails') lastFails(@Session() session: Session): Promise<string[]> {
    return this.#beside(session, 2);
  }

  @Post('same-key') async sameKey(@Session() session: Session): Promise<string[]> {
    const failing = session.withLock(async (locked) => {
      locked.set('visits', 100);
      await pause();
      throw FAILURE;
    });
    return outcomes(await Promise.allSettled([failing, session.withLock(count)]));
  }

  @Post('nested') async nested(@Session() session: Session): Promise<string[]> {
    const nested = session.withLock(async () => {
      await count(session);
      await session.withLock(count);
      await pause();
    });
    return outcomes(await Promise.allSettled([nested, session.withLock(count)]));
  }

  @Post('nested-fails') async nestedFails(@Session() session: Session): Promise<string> {
    return session.withLock(async () => {
      session.set('outer', 'before');
      const inner = session.withLock(async () => {
        session.set('inner', true);
        session.set('outer', 'inner');
        await pause();
        throw FAILURE;
      });
      const outcome = await inner.catch(String);
      session.set('after', true);
      return outcome;
    });
  }

  async #beside(session: Session, failing: number): Promise<string[]> {
    const sections = ['a', 'b', 'c'].map((key, n) =>
      session.withLock(async (locked) => {
        locked.set(key, 'set');
        (locked.get('cart') as Cart).items.push(key);
        await pause();
        if (n === failing) throw FAILURE;
      }),
    );
    return outcomes(await Promise.allSettled(sections));
  }
}

@Controller('explicit')
@LockSession('explicit')
class Explicit extends Implicit {}

describe('Sections of withLock() side by side in one request', () => {
  let browser: Browser;

  beforeEach(async () => {
    const sessions = { store: distantMemory() };
    browser = (await startNotes({ controllers: [Implicit, Explicit], sessions })).browser();
    await browser.post('/notes', { visits: 1, cart: { items: [] } });
  });

  const notes = async (): Promise<unknown> => (await browser.get('/notes')).json();

  describe.each(['/implicit', '/explicit'])('in a route that locks %s', (mode) => {
    it('take turns, in the order in which they were called', async () => {
      const order = ['one begins', 'one ends', 'two begins', 'two ends', 'three begins', 'three ends'];
      expect((await browser.post(`${mode}/order`)).json()).toEqual(order);
    });

    it('lose no update of each other', async () => {
      expect((await browser.post(`${mode}/count`)).status).toBe(201);
      expect(await notes()).toMatchObject({ visits: 4 });
    });

    it.each([
      ['first', ['b', 'c']],
      ['middle', ['a', 'c']],
      ['last', ['a', 'b']],
    ])('keep what they did when the %s one of three fails', async (which, kept) => {
      const outcomes = (await browser.post(`${mode}/${which}-fails`)).json<string[]>();

      expect(outcomes.filter((outcome) => outcome === String(FAILURE))).toHaveLength(1);
      const set = Object.fromEntries(kept.map((key) => [key, 'set']));
      expect(await notes()).toEqual({ visits: 1, cart: { items: kept }, ...set });
    });

    it('see nothing of one that has failed', async () => {
      expect((await browser.post(`${mode}/same-key`)).json()).toEqual([String(FAILURE), 'done']);
      expect(await notes()).toMatchObject({ visits: 2 });
    });

    it('wait until a section with another one in it is over, and the one in it does not wait', async () => {
      expect((await browser.post(`${mode}/nested`)).json()).toEqual(['done', 'done']);
      expect(await notes()).toMatchObject({ visits: 4 });
    });

    it('and in each other: the inner one that fails undoes itself, and nothing of the outer one', async () => {
      expect((await browser.post(`${mode}/nested-fails`)).text).toBe(String(FAILURE));
      expect(await notes()).toEqual({ visits: 1, cart: { items: [] }, outer: 'before', after: true });
    });
  });
});
