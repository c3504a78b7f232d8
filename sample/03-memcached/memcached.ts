import { once } from 'node:events';
import { connect } from 'node:net';

/** That of compose.yaml, unless MEMCACHED_SERVERS names others, with commas in between. */
export const servers = (process.env['MEMCACHED_SERVERS'] ?? '127.0.0.1:11211').split(',');

/** The store itself would start without its servers, answer 503, and go on as soon as they are there. */
export async function checkServers(): Promise<void> {
  try {
    await Promise.all(servers.map(reach));
  } catch (error) {
    console.error(`memcached cannot be reached: ${String(error)}

    docker compose up -d && npm run start:memcached          starts one
    MEMCACHED_SERVERS=host:11211 npm run start:memcached     uses yours
`);
    process.exit(1);
  }
}

async function reach(address: string): Promise<void> {
  const { hostname, port } = new URL(`memcached://${address}`);
  const socket = connect(Number(port || '11211'), hostname);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(5_000) });
  } finally {
    socket.destroy();
  }
}
