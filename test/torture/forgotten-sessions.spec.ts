import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countUp, type ClientTools } from './clients.js';
import { History } from './history.js';
import { SharedSession } from './shared-session.js';
import { hangUp } from './torture-client.js';
import { Wire } from './wire.js';

const ID = 'i'.repeat(43);

describe('A store that was made to forget', () => {
  const history = new History();
  let forget = (): void => undefined;
  /** Always answers, and may forget while it does. */
  const server = createServer((_, response) => {
    forget();
    response.writeHead(201, { 'Set-Cookie': `session_id=${ID}; Path=/` }).end('1');
  });
  const wire = new Wire(() => [`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  afterAll(() => {
    hangUp();
    server.close();
  });

  afterEach(() => {
    forget = () => undefined;
  });

  function countOnce(session: SharedSession): Promise<void> {
    let counted = 0;
    const tools: ClientTools = { wire, history, random: () => 0.5, isOver: () => counted++ > 0 };
    return countUp(session, 'counts', tools);
  }

  it('may have lost a session, of which several hear, and some of them late', async () => {
    const session = new SharedSession(1, wire, history, () => 0);
    await session.start();
    history.losses += 1;
    await Promise.all([session.isLost('1.1'), session.isLost('1.1')]);
    await session.isLost('1.1');

    expect([session.name, history.lost]).toEqual(['1.2', []]);
  });

  it('has lost none since', async () => {
    const session = new SharedSession(2, wire, history, () => 0);
    await session.start();
    await session.isLost('2.1');

    expect(history.lost).toEqual(['session 2.1 is not there any more']);
  });

  it('acknowledges nothing that was under way', async () => {
    const session = new SharedSession(3, wire, history, () => 0);
    await session.start();
    await countOnce(session);
    forget = () => (history.losses += 1);
    await countOnce(session);

    expect(history.counts.map(({ fate }) => fate)).toEqual(['acknowledged', 'unknown']);
  });
});
