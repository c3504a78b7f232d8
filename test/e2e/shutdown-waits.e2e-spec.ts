import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { MemoryStore, SessionStore, type ClosableStore } from 'nestjs-sessions';
import { hashSessionId } from '../../lib/session/session-id.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { ObservedStore } from '../support/stores/observed-store.js';

/** Notes when it is closed, and what it holds of a session then. */
class Closing extends MemoryStore implements ClosableStore {
  readonly heldWhenClosed: string[] = [];
  id = '';

  async close(): Promise<void> {
    const answer = await this.load({ id: this.id });
    this.heldWhenClosed.push(answer.status === 'found' ? answer.record.data : answer.status);
  }
}

@Injectable()
class CutConnections implements BeforeApplicationShutdown {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    (this.adapterHost.httpAdapter.getHttpServer() as Server).closeAllConnections();
  }
}

describe.each(PLATFORMS)('An application that closes, on %s', (platform) => {
  it.each<[string, (typeof CutConnections)[]]>([
    ['of a request that is still being served', []],
    ['of a request whose connection was cut', [CutConnections]],
  ])('waits for the commit %s, and closes its store after it, once', async (_, providers) => {
    const inner = new Closing();
    const store = new ObservedStore(inner);
    const app = await startNotes({ platform, providers, sessions: { store } });
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    inner.id = hashSessionId(visitor.cookies.get('session_id')!);
    const gate = new Gate();
    store.before('update', () => gate.pass());
    const request = visitor.post('/notes', { b: 2 }).then(
      ({ status }) => status,
      () => 'cut',
    );
    await gate.reached;
    const closing = app.close();
    const outcome = await Promise.race([closing.then(() => 'closed'), turns(50).then(() => 'waiting')]);
    gate.open();
    await closing;

    expect(outcome).toBe('waiting');
    expect(await request).toBe(providers.length === 0 ? 201 : 'cut');
    expect(inner.heldWhenClosed).toEqual(['{"a":1,"b":2}']);
  });

  it('closes nothing that is not its own: a store without close() goes on serving others', async () => {
    const store = new MemoryStore();
    const [first, second] = [
      await startNotes({ platform, sessions: { store } }),
      await startNotes({ platform, sessions: { store } }),
    ];
    const visitor = second.browser();
    await visitor.post('/notes', { a: 1 });
    await first.close();

    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
    expect(second.nest.get(SessionStore)).toBe(store);
  });
});

/** Lets the event loop turn: a shutdown that waits for nothing is through by then. */
async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise(setImmediate);
}
