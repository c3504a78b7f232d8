import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { Module } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { serve } from '../apps/serve.js';
import { COOKIE, LIFE, SECRET } from '../apps/settings.js';
import { ExpressSessionController } from './express-session.controller.js';

/** Its sessions are objects with properties of the application, as those of express-session. */
@Module({ controllers: [ExpressSessionController] })
class FastifySessionModule {}

await serve({
  module: FastifySessionModule,
  adapter: new FastifyAdapter(),
  configure: async (app) => {
    const fastify = app as NestFastifyApplication;
    await fastify.register(cookie);
    await fastify.register(fastifySession, {
      cookieName: COOKIE,
      secret: SECRET,
      // Every other setting of it is as by default.
      saveUninitialized: false,
      cookie: { secure: false, maxAge: LIFE, httpOnly: true, sameSite: 'lax' },
    });
  },
});
