import { Controller, Post } from '@nestjs/common';
import { LockSession, Session, Sessions } from 'nestjs-sessions';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { freshStore, startNotes } from '../support/http/notes-app.js';
import { onPlatforms } from '../support/http/stores-on-platforms.js';
import { storeKinds } from '../support/stores/stores.js';
import type { TestApp } from '../support/http/test-app.js';

let gate = new Gate();

@Controller()
class SlowController {
  @Post('slow/unlocked') @LockSession('explicit') unlocked(@Session() session: Session): Promise<string> {
    return this.locked(session);
  }

  @Post('slow/locked') async locked(@Session() session: Session): Promise<string> {
    session.set('before', 'the gate');
    await gate.pass();
    session.set('after', 'the gate');
    return 'done';
  }

  @Post('slow/read') @LockSession('explicit') async read(@Session() session: Session): Promise<string> {
    await gate.pass();
    return session.get('user');
  }

  @Post('slow/save') @LockSession('explicit') async save(@Session() session: Session): Promise<string> {
    await this.locked(session);
    await session.save();
    session.set('after', 'the save');
    return 'done';
  }

  @Post('slow/saved') @LockSession('explicit') async saved(@Session() session: Session): Promise<void> {
    session.set('saved', true);
    await session.save();
    await gate.pass();
    session.set('after', 'the gate');
  }

  @Post('rotate') @LockSession('explicit') async rotate(@Session() session: Session): Promise<void> {
    await session.regenerate();
  }

  @Post('destroy') @LockSession('explicit') async destroy(@Session() session: Session): Promise<void> {
    await session.destroy();
  }
}

const endings = ['destroyed by id', 'destroyed by a request', 'rotated'] as const;

describe.each(onPlatforms(storeKinds))(
  'A session on $name that goes while a request is running',
  ({ kind, platform }) => {
    let app: TestApp;
    let browser: Browser;
    let now = Date.now();

    beforeEach(async () => {
      gate = new Gate();
      now = Date.now();
      const sessions = { store: await freshStore(kind), clock: { now: () => now } };
      app = await startNotes({ platform, controllers: [SlowController], sessions });
      browser = app.browser();
      await browser.post('/notes', { user: 'ann' });
    });

    async function end(ending: (typeof endings)[number]): Promise<void> {
      if (ending === 'destroyed by id') {
        await app.nest.get(Sessions).destroy(browser.cookies.get('session_id') ?? '');
      } else {
        await browser.post(ending === 'rotated' ? '/rotate' : '/destroy');
      }
    }

    async function slow(path: string, ending: (typeof endings)[number]): Promise<Reply> {
      const reply = browser.clone().post(path);
      await gate.reached;
      await end(ending);
      gate.open();
      return reply;
    }

    describe.each(endings)('and is %s', (ending) => {
      it.each(['/slow/unlocked', '/slow/locked', '/slow/save'])(
        'answers %s with 409 and no cookie, since what it changed is not stored',
        async (path) => {
          const old = browser.clone();
          const { status, setCookies } = await slow(path, ending);

          expect([status, setCookies]).toEqual([409, []]);
          expect((await old.get('/notes')).json()).toEqual({});
          if (ending === 'rotated') {
            expect((await browser.get('/notes')).json()).toEqual({ user: 'ann' });
          }
        },
      );

      it('serves a request that has changed nothing', async () => {
        const { status, text, setCookies } = await slow('/slow/read', ending);
        expect([status, text, setCookies]).toEqual([201, 'ann', []]);
      });

      it.each([
        ['/slow/read', 201],
        ['/slow/saved', 409],
      ])(
        'refreshes no cookie, although that would be due, since it would overwrite the fresh one: %s',
        async (path, status) => {
          now += 30 * 60_000;
          expect(await slow(path, ending)).toMatchObject({ status, setCookies: [] });
        },
      );
    });
  },
);
