import { Controller, Get, ImATeapotException, InternalServerErrorException } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { Gate } from '../support/basics/gate.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';

let gate = new Gate();

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('step', 'start');
  }

  @Get('read') @LockSession('read-only') read(@Session() session: Session): unknown {
    return session.data;
  }

  @Get('locked') @LockSession({ wait: 100 }) locked(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('saves-then-fails') async fails(@Session() session: Session): Promise<never> {
    session.set('step', 'saved');
    await session.save();
    session.set('step', 'lost');
    throw new InternalServerErrorException();
  }

  @Get('saves-then-teapot') async teapot(@Session() session: Session): Promise<never> {
    session.set('step', 'saved');
    await session.save();
    session.set('step', 'also');
    throw new ImATeapotException();
  }

  @Get('rotates-then-fails') async rotates(@Session() session: Session): Promise<never> {
    await session.regenerate();
    await session.save();
    throw new InternalServerErrorException();
  }

  @Get('saves-and-waits') async waits(@Session() session: Session): Promise<boolean> {
    session.set('step', 'saved');
    await session.save();
    await gate.pass();
    return session.locked;
  }

  @Get('releases-and-waits') async releases(@Session() session: Session): Promise<boolean> {
    session.set('step', 'released');
    await session.releaseLock();
    await gate.pass();
    return session.locked;
  }

  @Get('releases-then-fails') async releasesThenFails(@Session() session: Session): Promise<never> {
    session.set('step', 'released');
    await session.releaseLock();
    session.set('step', 'lost');
    throw new InternalServerErrorException();
  }
}

describe.each(PLATFORMS)('What save() and releaseLock() wrote, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store: distantMemory() } });
  });
  beforeEach(() => (gate = new Gate()));
  afterEach(() => gate.open());
  afterAll(() => app.close());

  async function started(): Promise<ReturnType<TestApp['browser']>> {
    const visitor = app.browser();
    await visitor.get('/start');
    return visitor;
  }

  it.each([
    ['/saves-then-fails', 500, 'saved'],
    ['/saves-then-teapot', 418, 'also'],
    ['/releases-then-fails', 500, 'released'],
  ])('stays when the request fails later, and no more than that: %s', async (path, status, step) => {
    const visitor = await started();

    expect((await visitor.get(path)).status).toBe(status);

    expect((await visitor.get('/read')).json()).toEqual({ step });
    expect((await visitor.get('/locked')).text).toBe('true');
  });

  it('can be reached by a new visitor: its cookie is sent although the request failed later', async () => {
    const visitor = app.browser();

    expect(await visitor.get('/saves-then-fails')).toMatchObject({ status: 500, setCookies: [expect.any(String)] });

    expect((await visitor.get('/read')).json()).toEqual({ step: 'saved' });
  });

  it('can be reached under its new id: the cookie is sent although the request failed later', async () => {
    const visitor = await started();

    expect((await visitor.get('/rotates-then-fails')).setCookies).toHaveLength(1);

    expect((await visitor.get('/read')).json()).toEqual({ step: 'start' });
  });

  it('is stored while the handler goes on, and save() keeps the lock', async () => {
    const visitor = await started();
    const reply = visitor.get('/saves-and-waits');
    await gate.reached;

    expect((await visitor.get('/read')).json()).toEqual({ step: 'saved' });
    expect((await visitor.get('/locked')).status).toBe(503);

    gate.open();
    expect((await reply).text).toBe('true');
  });

  it('is stored while the handler goes on, and releaseLock() has let the lock go', async () => {
    const visitor = await started();
    const reply = visitor.get('/releases-and-waits');
    await gate.reached;

    expect((await visitor.get('/read')).json()).toEqual({ step: 'released' });
    expect((await visitor.get('/locked')).text).toBe('true');

    gate.open();
    expect((await reply).text).toBe('false');
  });
});
