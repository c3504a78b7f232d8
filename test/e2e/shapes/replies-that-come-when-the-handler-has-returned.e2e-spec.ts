import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minutes, MemoryStore, Session } from 'nestjs-sessions';
import { ManualClock } from 'nestjs-sessions/testing';
import { Gate } from '../../support/basics/gate.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { visit } from '../../support/http/shape-app.js';
import { SECRET_OF_THE_STORE } from '../../support/stores/store-failures.js';
import { TestApp } from '../../support/http/test-app.js';

/** More than the buffers of a file and of a response take. */
const PAGE = 'the page '.repeat(33_334);

let file: string;
let returned = new Gate();

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('found') found(@Session() session: Session): unknown {
    return session.get('found');
  }

  @Get('page') page(@Session() session: Session, @Res() response: Response): void {
    session.get('found');
    response.sendFile(file, { maxAge: 60_000 });
  }

  @Get('json') json(@Session() session: Session, @Res() response: Response): void {
    session.set('found', 'json');
    void returned.pass().then(() => response.json({ ok: true }));
  }

  @Get('redirect') redirect(@Session() session: Session, @Res() response: Response): void {
    session.set('found', 'redirect');
    void returned.pass().then(() => response.redirect('/found'));
  }

  @Get('pipe') pipe(@Session() session: Session, @Res() response: Response): void {
    session.set('found', 'pipe');
    void returned.pass().then(() => createReadStream(file).pipe(response));
  }

  @Get('send-file') sendFile(@Session() session: Session, @Res() response: Response): void {
    session.set('found', 'send-file');
    void returned.pass().then(() => response.sendFile(file));
  }

  @Get('download') download(@Session() session: Session, @Res() response: Response): void {
    session.set('found', 'download');
    void returned.pass().then(() => response.download(file));
  }
}

describe('A reply that comes when the handler has long returned', () => {
  let clock: ManualClock;
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    file = join(await mkdtemp(join(tmpdir(), 'pages-')), 'page.txt');
    await writeFile(file, PAGE);
  });
  beforeEach(async () => {
    clock = new ManualClock();
    store = new ObservedStore(new MemoryStore());
    returned = new Gate();
    app = await TestApp.start({ controllers: [Pages], sessions: { store, clock }, forceCloseConnections: true });
  });
  afterEach(async () => {
    store.mend();
    await app.close();
  });
  afterAll(() => rm(join(file, '..'), { recursive: true }));

  it.each(['/json', '/redirect', '/pipe', '/send-file', '/download'])(
    'is an error, or is cut, when a write is refused that began before it: %s',
    async (path) => {
      const visitor = app.browser();
      await visitor.get('/start');
      const written = new Gate();
      store.before('update', async () => {
        await written.pass();
        throw new Error(SECRET_OF_THE_STORE);
      });
      const seen = visit(visitor, { path, method: 'GET' });
      await returned.reached;
      returned.open();
      // Half of a file is on its way by then, when nothing holds it.
      await written.reached;
      setTimeout(() => written.open(), 50);

      expect(['cut', 503]).toContain((await seen).status);

      store.mend();
      expect((await visitor.get('/found')).text).toBe('start');
    },
  );

  it('carries the refresh of the cookie, and then belongs to this visitor alone: a page that is sent as a file', async () => {
    const visitor = app.browser();
    await visitor.get('/start');

    for (let round = 0; round < 12; round += 1) {
      clock.advance(minutes(7));
      const page = await visitor.get('/page');

      expect(page).toMatchObject({ status: 200, text: PAGE, setCookies: [expect.stringContaining('Max-Age=3600')] });
      expect(page.headers.get('cache-control')).toMatch(/private/);
      expect(page.headers.get('cache-control')).not.toMatch(/public/);
      expect(await visitor.get('/found')).toMatchObject({ text: 'start', setCookies: [] });
    }
  });

  it('keeps what its page says of caches when it carries no cookie', async () => {
    const visitor = app.browser();
    await visitor.get('/start');

    const page = await visitor.get('/page');

    expect(page.setCookies).toEqual([]);
    expect(page.headers.get('cache-control')).toBe('public, max-age=60');
  });
});
