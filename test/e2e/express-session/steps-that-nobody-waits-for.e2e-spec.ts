import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { MemoryStore } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { Gate } from '../../support/basics/gate.js';
import { TestApp } from '../../support/http/test-app.js';
import { ObservedStore, WHILE_HELD } from '../../support/stores/observed-store.js';

type Step = 'save' | 'regenerate' | 'destroy' | 'reload';

const STEPS: readonly Step[] = ['save', 'regenerate', 'destroy', 'reload'];

interface Data extends Record<Step, () => Promise<void>> {
  n?: number;
}

const dataOf = (req: Request): Data => req.session as unknown as Data;
const stepOf = (req: Request): (() => Promise<void>) => {
  const session = dataOf(req);
  return session[String(req.params['step']) as Step].bind(session);
};

let afterReply: Gate;

@Controller()
class StepsController {
  @Post('start')
  start(@Req() req: Request): void {
    dataOf(req).n = 1;
  }

  @Post('before/:step')
  before(@Req() req: Request): object {
    dataOf(req).n = 2;
    void stepOf(req)();
    return {};
  }

  @Post('after/:step')
  async after(@Req() req: Request, @Res() res: Response): Promise<void> {
    dataOf(req).n = 2;
    const step = stepOf(req);
    res.json({});
    await afterReply.pass();
    void step();
  }

  /** Read without the lock: to reload is to ask the store. */
  @Get('reload')
  reload(@Req() req: Request): object {
    void dataOf(req).reload();
    return {};
  }
}

/** jest fails a test during which a rejection is not handled. */
describe('A method of req.session that nobody waits for, and that gets no callback', () => {
  let store: ObservedStore;
  let app: TestApp;

  beforeEach(async () => {
    afterReply = new Gate();
    store = new ObservedStore(new MemoryStore());
    app = await TestApp.start({
      controllers: [StepsController],
      sessions: { store, storeTimeout: WHILE_HELD, compatibility: expressSession() },
    });
  });

  afterEach(() => app.close());

  it.each(STEPS)('is done before the reply leaves: %s()', async (step) => {
    const browser = app.browser();
    await browser.post('/start');

    expect((await browser.post(`/before/${step}`)).status).toBe(201);
  });

  it.each(STEPS)('ends no process when it comes after the reply: %s()', async (step) => {
    const browser = app.browser();
    await browser.post('/start');

    expect((await browser.post(`/after/${step}`)).status).toBe(201);
    afterReply.open();
    await app.close();
  });

  it('is a 503 when the store fails: reload()', async () => {
    const browser = app.browser();
    await browser.post('/start');
    const loads = store.hold('load');
    const reply = browser.get('/reload');
    await loads.reached;
    // The load of the request goes on; the one of reload() fails.
    store.before('load', () => Promise.reject(new Error('the store is away')));
    loads.open();

    expect((await reply).status).toBe(503);
  });
});
