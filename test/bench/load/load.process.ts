import { KeepAliveConnection } from './keep-alive-connection.js';
import type { Load, LoadResult } from './load.js';

/** Sends requests as its parent says, away from the process that is measured. */

process.once('disconnect', () => process.exit());
let isStopped = false;
process.on('message', (message: Load | 'stop') => {
  if (message === 'stop') {
    isStopped = true;
    return;
  }
  isStopped = false;
  run(message).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');

async function run({
  port,
  path,
  cookies,
  connections,
  requests = Infinity,
  duration = Infinity,
}: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  let begun = 0;
  const opened = await Promise.all(Array.from({ length: connections }, () => KeepAliveConnection.open(port)));
  const start = performance.now();
  await Promise.all(
    opened.map(async (connection, which) => {
      const goesOn = (): boolean => !isStopped && begun < requests && performance.now() - start < duration;
      for (let turn = which; goesOn(); turn += connections) {
        begun += 1;
        const sent = performance.now();
        await connection.get(path, cookies[turn % cookies.length]);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const took = performance.now() - start;
  for (const connection of opened) connection.close();
  return { took, latencies };
}
