import { Redis } from 'ioredis';

/** That of compose.yaml, unless REDIS_URL names another. */
export const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

let opened: Redis | undefined;

/** The application's client, made when it is first asked for: the process that only watches the others has none. A request fails within a second or two where Redis does not answer, and commands do not pile up. */
export function client(): Redis {
  return (opened ??= new Redis(url, {
    maxRetriesPerRequest: 1,
    socketTimeout: 1_000,
    retryStrategy: (attempts) => Math.min(50 * attempts, 500),
  }));
}

/** The store itself would start without its server, answer 503, and go on as soon as it is there. */
export async function checkServer(): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  // What it says is said below.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    console.error(`Redis cannot be reached: ${String(error)}

    docker compose up -d && npm run start:redis         starts one
    REDIS_URL=redis://host:6379 npm run start:redis     uses yours, or a Valkey
`);
    process.exit(1);
  } finally {
    client.disconnect();
  }
}
