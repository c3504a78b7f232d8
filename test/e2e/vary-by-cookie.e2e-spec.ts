import { Controller, Get, Header, Param, Req, Res, UseGuards } from '@nestjs/common';
import { RequireSessionGuard, Session, type SessionObject } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

/** Each way to find out something about the session that is stored. */
const ACCESSORS: Record<string, (session: SessionObject) => unknown> = {
  get: (session) => session.get('name'),
  has: (session) => session.has('name'),
  keys: (session) => [...session.keys()],
  values: (session) => [...session.values()],
  entries: (session) => [...session.entries()],
  iterator: (session) => [...session],
  forEach: (session) => session.forEach(() => undefined),
  size: (session) => session.size,
  data: (session) => session.data,
  toJSON: (session) => JSON.stringify(session),
  id: (session) => session.id.length,
  isNew: (session) => session.isNew,
  missing: (session) => session.missing,
  setDefault: (session) => session.setDefault('name', 'ann'),
  pop: (session) => session.pop('name'),
};

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('name', 'ann');
  }

  @Get('access/:accessor') async access(
    @Req() { session }: { session: SessionObject },
    @Param('accessor') accessor: string,
  ): Promise<string> {
    await session.load();
    ACCESSORS[accessor]?.(session);
    return accessor;
  }

  @Get('original-id') originalId(@Req() { session }: { session: SessionObject }): string {
    return String(session.originalId);
  }

  @Get('original-id-late') originalIdLate(
    @Req() { session }: { session: SessionObject },
    @Res() reply: AnyReply,
  ): void {
    const response = nodeResponse(reply);
    response.write('late');
    response.end(session.originalId);
  }

  @Get('by-hand') byHand(@Session() session: Session, @Res() reply: AnyReply): void {
    nodeResponse(reply).writeHead(200, ['Vary', 'Accept']).end(String(session.isNew));
  }

  @Get('taken') taken(@Session() session: Session): boolean {
    return session.loaded;
  }

  @Get('key') key(@Session('name') name: string | undefined): string {
    return String(name);
  }

  @Get('guarded') @UseGuards(RequireSessionGuard) guarded(): void {}

  @Get('untouched') untouched(): string {
    return 'untouched';
  }

  @Get('encoding')
  @Header('Vary', 'Accept-Encoding')
  encoding(@Session() session: Session): boolean {
    return session.isNew;
  }

  @Get('cookie')
  @Header('Vary', 'accept, cookie')
  cookie(@Session() session: Session): boolean {
    return session.isNew;
  }

  @Get('anything')
  @Header('Vary', '*')
  anything(@Session() session: Session): boolean {
    return session.isNew;
  }

  @Get('fails') fails(@Session() session: Session): never {
    throw new Error(String(session.isNew));
  }
}

describe.each(PLATFORMS)('Vary: Cookie, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ platform, controllers: [Pages] });
  });
  afterAll(() => app.close());

  const PATHS = ['/taken', '/key', '/guarded', '/fails', ...Object.keys(ACCESSORS).map((name) => `/access/${name}`)];

  it.each(PATHS)('is sent when the session was read, with a cookie: %s', async (path) => {
    const visitor = app.browser();
    await visitor.get('/start');

    expect((await visitor.get(path)).headers.get('vary')).toBe('Cookie');
  });

  it.each(PATHS)('is sent also when there was no cookie, since one would have changed the reply: %s', async (path) => {
    expect((await app.browser().get(path)).headers.get('vary')).toBe('Cookie');
  });

  it.each(['unknown'.padEnd(43, 'x'), 'malformed'])('is sent also when the cookie was no good: %s', async (id) => {
    const { headers } = await app.browser().get('/taken', { headers: { cookie: `session_id=${id}` } });

    expect(headers.get('vary')).toBe('Cookie');
  });

  it('is sent when the session was not read, but the id that the client sent', async () => {
    const { text, headers } = await app.browser().get('/original-id', { headers: { cookie: 'session_id=x' } });

    expect([text, headers.get('vary')]).toEqual(['x', 'Cookie']);
    expect((await app.browser().get('/original-id')).headers.get('vary')).toBe('Cookie');
  });

  it('is too late when the headers have left, and that is no error', async () => {
    const { text } = await app.browser().get('/original-id-late', { headers: { cookie: 'session_id=x' } });

    expect(text).toBe('latex');
  });

  it('is not sent when nobody asked for the session', async () => {
    const visitor = app.browser();
    await visitor.get('/start');

    expect((await visitor.get('/untouched')).headers.get('vary')).toBeNull();
  });

  it.each([
    ['/encoding', 'Accept-Encoding, Cookie'],
    ['/cookie', 'accept, cookie'],
    ['/anything', '*'],
    ['/by-hand', 'Accept, Cookie'],
  ])('is added to what the application says, once: %s', async (path, vary) => {
    expect((await app.browser().get(path)).headers.get('vary')).toBe(vary);
  });
});
