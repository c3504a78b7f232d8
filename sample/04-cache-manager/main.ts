import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const port = process.env['PORT'] ?? '3000';

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
app.enableShutdownHooks();
await app.listen(port);
console.log(`The application's answers and its sessions are in one cache:

    curl http://localhost:${port}/rates
    curl -b jar -c jar http://localhost:${port}/visits
`);
