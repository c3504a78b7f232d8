import { NestFactory } from '@nestjs/core';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { AppModule } from './app.module.js';
import { checkServer } from './redis.js';

const port = process.env['PORT'] ?? '3000';

if (cluster.isPrimary) {
  await checkServer();
  const workers = [cluster.fork(), cluster.fork()];
  // Whatever keeps one worker from starting ends the other too. Ctrl-C reaches both, and this process ends after them.
  cluster.on('exit', (_worker, code) => {
    if (code > 0) process.exit(code);
  });
  process.on('SIGINT', () => undefined);
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  console.log(`Two processes behind one port, one session. Whichever of them answers:

    curl -b jar -c jar -X POST http://localhost:${port}/click
    curl -b jar -c jar -d user=ada http://localhost:${port}/login
    curl -b jar http://localhost:${port}/
`);
} else {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  await app.listen(port);
}
