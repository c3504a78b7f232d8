import { Controller, Get } from '@nestjs/common';
import type { SessionStore } from 'nestjs-sessions';
import { Session } from 'nestjs-sessions';
import { TestApp } from '../support/http/test-app.js';
import { everyStoreKind, type StorePlace } from '../support/stores/stores.js';

@Controller()
class Visits {
  @Get() visit(@Session() session: Session): number {
    const visits = Number(session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return visits;
  }
}

/** A module that is imported has one store, whatever number of applications are made of it: by tests, by a script before the start. */
describe.each(everyStoreKind)('Applications that have one store, on $name', (kind) => {
  let place: StorePlace;
  let store: SessionStore;
  let cookie: string;

  beforeAll(async () => {
    place = await kind.prepare();
  });
  beforeEach(() => {
    store = place.open();
    cookie = '';
  });
  afterAll(() => place.dispose());

  const start = (): Promise<TestApp> => TestApp.start({ controllers: [Visits], sessions: { store } });

  async function visit(app: TestApp): Promise<string> {
    const { text, setCookies } = await app.browser().get('/', { headers: { cookie } });
    cookie ||= setCookies.join().split(';', 1).join();
    return text;
  }

  it('one after the other: each finds the sessions of the one before', async () => {
    for (const visits of ['1', '2', '3']) {
      const app = await start();
      expect(await visit(app)).toBe(visits);
      await app.close();
    }
  });

  it('side by side: one goes on when another is closed', async () => {
    const app = await start();
    const other = await start();
    expect(await visit(app)).toBe('1');

    await other.close();

    expect(await visit(app)).toBe('2');
    await app.close();
  });
});
