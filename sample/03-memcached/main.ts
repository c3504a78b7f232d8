import { NestFactory } from '@nestjs/core';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { AppModule } from './app.module.js';
import { checkServers } from './memcached.js';

const port = process.env['PORT'] ?? '3000';

if (cluster.isPrimary) {
  await checkServers();
  const workers = [cluster.fork(), cluster.fork()];
  // Whatever keeps one worker from starting ends the other too. Ctrl-C reaches both, and this process ends after them.
  cluster.on('exit', (_worker, code) => {
    if (code > 0) process.exit(code);
  });
  process.on('SIGINT', () => undefined);
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  console.log(`Two processes behind one port, one cart. Whichever of them answers:

    curl -b jar -c jar -d item=tea http://localhost:${port}/cart
    curl -b jar http://localhost:${port}/cart
`);
} else {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  await app.listen(port);
}
