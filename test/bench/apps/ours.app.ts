import { Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { randomBytes } from 'node:crypto';
import { Sessions, SessionsModule, SessionStore } from 'nestjs-sessions';
import { OursController } from './ours.controller.js';
import { openStore } from './ours.stores.js';
import { serve, type Storage } from './serve.js';
import { COOKIE, LIFE, SECRET } from './settings.js';
import { sideBySide } from './side-by-side.js';
import { newVisitor } from './visitor.js';

const WIDTH = 16;

const { STORE: name = '', PLACE: place = '', PLATFORM: platform } = process.env;
const store = await openStore(name, place);

@Module({
  imports: [SessionsModule.forRoot({ store, timeout: LIFE, secret: SECRET, cookie: { name: COOKIE }, cleanup: false })],
  controllers: [OursController],
})
class OursModule {}

await serve({
  module: OursModule,
  adapter: platform === 'fastify' ? new FastifyAdapter() : undefined,
  storage: (app): Storage => ({
    fill: async (count, areExpired) => {
      const data = JSON.stringify(newVisitor());
      const createdAt = Date.now() - LIFE;
      const expiresAt = areExpired ? createdAt + 1_000 : Date.now() + LIFE;
      const stored = app.get(SessionStore);
      await sideBySide(count, WIDTH, () =>
        stored.create({ id: randomBytes(32).toString('base64url'), record: { data, createdAt, expiresAt } }),
      );
    },
    cleanUp: () => app.get(Sessions).cleanUp(),
  }),
});
