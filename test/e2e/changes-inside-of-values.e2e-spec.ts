import { Controller, Get } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';

interface Cart {
  items: string[];
  address?: { city: string };
}

@Controller()
class Carts {
  @Get('start') start(@Session() session: Session): void {
    const cart: Cart = { items: ['apple'] };
    session.set('cart', cart).set('visits', 1);
  }

  @Get('read') @LockSession('read-only') read(@Session() session: Session): unknown {
    return session.data;
  }

  @Get('push') push(@Session() session: Session): void {
    (session.get('cart') as Cart).items.push('pear');
  }

  @Get('push-by-key') pushByKey(@Session('cart') cart: Cart): void {
    cart.items.push('pear');
  }

  @Get('push-in-values') pushInValues(@Session() session: Session): void {
    const [cart] = [...session.values()] as [Cart];
    cart.items.push('pear');
  }

  @Get('push-after-set') async pushAfterSet(@Session() session: Session): Promise<void> {
    const cart: Cart = { items: [] };
    session.set('cart', cart);
    await session.save();
    cart.items.push('apple', 'pear');
  }

  @Get('data') data(@Session() session: Session): void {
    session.data['visits'] += 1;
    (session.data['cart'] as Cart).items.push('pear');
  }

  @Get('data-new-key') newKey(@Session() session: Session): void {
    session.data['added'] = true;
  }

  @Get('data-delete') deleteKey(@Session() session: Session): void {
    delete session.data['visits'];
  }

  @Get('same-data') same(@Session() session: Session): boolean[] {
    const { data } = session;
    session.set('visits', 5);
    data['other'] = 6;
    return [data['visits'] === 5, session.get('other') === 6, session.data === data, session.has('other')];
  }

  @Get('looks') looks(@Session() session: Session): string {
    return JSON.stringify([session.get('cart'), session.data, [...session]]);
  }
}

describe('A change inside of a value', () => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ controllers: [Carts], sessions: { store } });
  });
  afterAll(() => app.close());

  async function after(path: string): Promise<unknown> {
    const visitor = app.browser();
    await visitor.get('/start');
    expect((await visitor.get(path)).status).toBe(200);
    return (await visitor.get('/read')).json();
  }

  it.each(['/push', '/push-by-key', '/push-in-values', '/push-after-set'])('counts as a change: %s', async (path) => {
    expect(await after(path)).toEqual({ cart: { items: ['apple', 'pear'] }, visits: 1 });
  });

  it('counts as a change when it was made through session.data, a live plain object', async () => {
    expect(await after('/data')).toEqual({ cart: { items: ['apple', 'pear'] }, visits: 2 });
    expect(await after('/data-new-key')).toEqual({ cart: { items: ['apple'] }, visits: 1, added: true });
    expect(await after('/data-delete')).toEqual({ cart: { items: ['apple'] } });
  });

  it('is seen on both sides: session.data and the map are the same data', async () => {
    const visitor = app.browser();
    await visitor.get('/start');

    expect((await visitor.get('/same-data')).json()).toEqual([true, true, true, true]);
  });

  it('is not what looking into values is', async () => {
    const visitor = app.browser();
    await visitor.get('/start');
    store.takeCalls();

    await visitor.get('/looks');

    expect(store.takeCalls()).toEqual(['tryLock', 'unlock']);
  });
});
