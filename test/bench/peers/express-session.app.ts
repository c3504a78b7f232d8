import { Module } from '@nestjs/common';
import session from 'express-session';
import { randomBytes } from 'node:crypto';
import { serve } from '../apps/serve.js';
import { COOKIE, LIFE, SECRET } from '../apps/settings.js';
import { sideBySide } from '../apps/side-by-side.js';
import { newVisitor } from '../apps/visitor.js';
import { ExpressSessionController } from './express-session.controller.js';
import { openPeerStore } from './express-session.stores.js';

const WIDTH = 16;

const { STORE: name = '', PLACE: place = '' } = process.env;
const { store, cleanUp } = openPeerStore(name, place);

@Module({ controllers: [ExpressSessionController] })
class ExpressSessionModule {}

await serve({
  module: ExpressSessionModule,
  configure: (app) =>
    app.use(
      session({
        store,
        name: COOKIE,
        secret: SECRET,
        // As its README advises, and as every other setting of it is by default.
        resave: false,
        saveUninitialized: false,
        cookie: { maxAge: LIFE, httpOnly: true, sameSite: 'lax' },
      }),
    ),
  storage: () => ({
    fill: (count, areExpired) => sideBySide(count, WIDTH, () => put(areExpired ? -LIFE : LIFE)),
    cleanUp: async () => cleanUp?.(),
  }),
});

function put(life: number): Promise<void> {
  const cookie = {
    originalMaxAge: life,
    maxAge: life,
    expires: new Date(Date.now() + life),
    path: '/',
    httpOnly: true,
  };
  return new Promise((resolve, reject) => {
    store.set(randomBytes(24).toString('base64url'), { ...newVisitor(), cookie }, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}
