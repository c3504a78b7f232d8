import { NestFactory } from '@nestjs/core';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { AppModule } from './app.module.js';
import { migrate } from './database.js';

const [first = '3000', second = '3001'] = process.env['PORTS']?.split(',') ?? [];

if (cluster.isPrimary) {
  await migrate();
  const instances = [first, second].map((PORT) => cluster.fork({ PORT }));
  // Whatever keeps one instance from starting ends the other too. Ctrl-C reaches both, and this process ends after them.
  cluster.on('exit', (_instance, code) => {
    if (code > 0) process.exit(code);
  });
  process.on('SIGINT', () => undefined);
  await Promise.all(instances.map((instance) => once(instance, 'listening')));
  console.log(`Two processes, one session. Log in at one, and be known at the other:

    curl -c jar -d name=Ann http://localhost:${first}/login
    curl -b jar http://localhost:${second}/me

Count up at both at once, and none of 50 is lost:

    curl -Z --no-progress-meter -b jar -d '' "http://localhost:{${first},${second}}/counter?[1-25]"
    curl -b jar http://localhost:${first}/counter
`);
} else {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  await app.listen(process.env['PORT'] ?? first);
}
