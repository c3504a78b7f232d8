import { Controller, Get, Param, Post } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { setTimeout as wait } from 'node:timers/promises';
import { storeKinds } from '../support/stores/stores.js';
import { TestApp } from '../support/http/test-app.js';

const WRITERS = 50;

@Controller()
@LockSession('explicit')
class KeysController {
  @Post('keys/:key')
  async set(@Session() session: Session, @Param('key') key: string): Promise<void> {
    await wait(5);
    session.set(key, true);
  }

  @Get('keys')
  keys(@Session() session: Session): string[] {
    return [...session.keys()];
  }
}

describe.each(storeKinds)('Writers without a lock, of different keys, on $name', (kind) => {
  it('are all stored, however many write at once', async () => {
    const place = await kind.prepare();
    const app = await TestApp.start({ controllers: [KeysController], sessions: { store: place.open() } });
    try {
      const browser = app.browser();
      await browser.post('/keys/first');

      const writers = Array.from({ length: WRITERS }, (_, index) => browser.post(`/keys/${index}`));
      const statuses = (await Promise.all(writers)).map(({ status }) => status);

      expect(statuses).toEqual(Array.from({ length: WRITERS }, () => 201));
      expect((await browser.get('/keys')).json()).toHaveLength(WRITERS + 1);
    } finally {
      await app.close();
      await place.dispose();
    }
  });
});
