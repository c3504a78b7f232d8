import { Controller, Get, Param, Post, Req } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { setTimeout as wait } from 'node:timers/promises';
import { storeKinds } from '../support/stores/stores.js';
import { TestApp } from '../support/http/test-app.js';

const WRITERS = 50;
/** Milliseconds. On a machine that is slow all of them together take long. */
const PATIENCE = 60_000;

@Controller()
@LockSession('explicit')
class KeysController {
  @Post('keys/:key')
  async set(@Session() session: Session, @Param('key') key: string): Promise<void> {
    await wait(5);
    session.set(key, true);
  }

  /** As a handler for express-session writes. */
  @Post('members/:key')
  async setMember(
    @Req() request: { readonly session: Record<string, boolean> },
    @Param('key') key: string,
  ): Promise<void> {
    await wait(5);
    request.session[key] = true;
  }

  @Get('keys')
  keys(@Session() session: Session): string[] {
    return [...session.keys()];
  }
}

const ways = [
  ...storeKinds.map((kind) => ({ name: kind.name, kind, path: '/keys', sessions: {} })),
  ...storeKinds.slice(0, 1).map((kind) => ({
    name: `${kind.name}, in express-session's manner`,
    kind,
    path: '/members',
    sessions: { compatibility: expressSession({ lock: () => false }) },
  })),
];

describe.each(ways)('Writers without a lock, of different keys, on $name', ({ kind, path, sessions }) => {
  it('are all stored, however many write at once', async () => {
    const place = await kind.prepare();
    const app = await TestApp.start({
      controllers: [KeysController],
      sessions: { store: place.open(), storeTimeout: PATIENCE, ...sessions },
    });
    try {
      const browser = app.browser();
      await browser.post(`${path}/first`);

      const writers = Array.from({ length: WRITERS }, (_, index) => browser.post(`${path}/${index}`));
      const statuses = (await Promise.all(writers)).map(({ status }) => status);

      expect(statuses).toEqual(Array.from({ length: WRITERS }, () => 201));
      expect((await browser.get('/keys')).json()).toHaveLength(WRITERS + 1);
    } finally {
      await app.close();
      await place.dispose();
    }
  });
});
