import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { compiled } from '../support/processes/compiled.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';

const run = promisify(execFile);
const NOBODY = '127.0.0.1:1';

/** A process without any program to start, whose memcached is down. */
async function withoutMemcached(client: 'plain' | 'mended', address = NOBODY): Promise<string> {
  const file = compiled(new URL('../support/processes/memcached-down.ts', import.meta.url));
  const env = { ADDRESS: address, CLIENT: client, PATH: '/nowhere' };
  const { stdout } = await run(process.execPath, [file], { env });
  return stdout;
}

describe('The package memcached, when its server is down', () => {
  it('ends a process that cannot start "ping"', async () => {
    await expect(withoutMemcached('plain')).rejects.toThrow('spawn ping ENOENT');
  });

  it('mended, starts nothing, says that it failed, and keeps no process alive', async () => {
    expect(await withoutMemcached('mended')).toBe('failed\n'.repeat(5));
  });

  it('mended, says so as well when no connection comes about, and keeps no process alive for that', async () => {
    const server = await MemcachedServer.start(['-b', '1']);
    await server.freeze();
    const first = Array.from({ length: 4 }, () => connect(server.port, '127.0.0.1'));
    await Promise.race(first.map((socket) => once(socket, 'connect')));
    const started = performance.now();
    expect(await withoutMemcached('mended', server.address)).toBe('failed\n'.repeat(5));
    expect(performance.now() - started).toBeLessThan(60_000);
    for (const socket of first) socket.destroy();
    await server.stop();
  });
});
