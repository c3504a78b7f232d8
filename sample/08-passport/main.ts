import { NestFactory } from '@nestjs/core';
import passport from 'passport';
import { AppModule } from './app.module.js';

const port = process.env['PORT'] ?? '3000';

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
app.use(passport.session());
app.enableShutdownHooks();
await app.listen(port);
console.log(`Open http://localhost:${port}`);
