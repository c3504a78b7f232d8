import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SessionsModule } from 'nestjs-sessions';
import { AccountsController } from './accounts.controller.js';

@Module({ imports: [SessionsModule.forRoot()], controllers: [AccountsController] })
class AppModule {}

export async function bootstrap(): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
  app.enableShutdownHooks();
  await app.listen(process.env['PORT'] ?? 3000);
  return app;
}
