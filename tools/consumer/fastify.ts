import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SessionsModule } from 'nestjs-sessions';
import { VisitsController } from './visits.js';

@Module({ imports: [SessionsModule.forRoot()], controllers: [VisitsController] })
class AppModule {}

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
  logger: ['warn', 'error'],
});
await app.init();
let cookie = '';
for (const visit of ['1', '2']) {
  const { payload, headers } = await app.inject({ url: '/visits', headers: { cookie } });
  if (payload !== visit) {
    throw new Error(`visit ${visit} was answered with ${payload}`);
  }
  cookie ||= String(headers['set-cookie']).split(';')[0] ?? '';
}
await app.close();
console.log('2 visits counted by Fastify, without Express');
