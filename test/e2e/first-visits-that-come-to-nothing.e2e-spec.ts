import { Controller, Get, Req, Res, StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { MemoryStore, Session } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { Exchange } from '../support/http/exchange.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import type { TestApp } from '../support/http/test-app.js';

@Controller()
class Pages {
  @Get('failing-stream') failingStream(
    @Session() session: Session,
    @Res({ passthrough: true }) reply: AnyReply,
  ): StreamableFile {
    session.set('found', 'failing-stream');
    reply.status(500);
    return new StreamableFile(Readable.from([Buffer.from('it '), Buffer.from('failed')]));
  }

  @Get('failing-pieces') failingPieces(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'failing-pieces');
    response.statusCode = 500;
    response.write('it ');
    setImmediate(() => response.end('failed'));
  }

  /** Touches the session when nothing can tell the visitor of it any more. A call that says so by an error is as right. */
  @Get('touched-too-late') async touchedTooLate(
    @Req() request: { session: Session },
    @Res() reply: AnyReply,
  ): Promise<void> {
    const response = nodeResponse(reply);
    response.write('too ');
    try {
      await request.session.load();
      request.session.set('found', 'touched-too-late');
      await request.session.save();
    } catch {
      // Only what becomes of the session matters here.
    }
    response.end('late');
  }
}

describe.each(PLATFORMS)('A first visit stores nothing and gets no cookie, on %s', (platform) => {
  let memory: MemoryStore;
  let store: ObservedStore;
  let app: TestApp;

  beforeEach(async () => {
    memory = new MemoryStore();
    store = new ObservedStore(memory);
    app = await startNotes({ platform, controllers: [Pages], sessions: { store } });
  });

  async function visit(path: string): Promise<{ status: number | undefined; text: string }> {
    const exchange = new Exchange(app.url + path);
    const head = await exchange.head;
    expect(head.headers['set-cookie']).toBeUndefined();
    return { status: head.statusCode, text: await exchange.text() };
  }

  it.each(['/failing-stream', '/failing-pieces'])('when its body begins with the status 500: %s', async (path) => {
    expect(await visit(path)).toEqual({ status: 500, text: 'it failed' });

    expect(store.takeCalls()).toEqual([]);
    expect(await memory.count()).toBe(0);
  });

  it('when it first touches the session after the headers have left', async () => {
    expect(await visit('/touched-too-late')).toEqual({ status: 200, text: 'too late' });

    expect(store.takeCalls()).not.toContain('create');
    expect(await memory.count()).toBe(0);
  });
});
