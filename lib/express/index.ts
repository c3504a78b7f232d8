import type { Session } from '../decorators/session.decorator.js';

/*
 * Types alone: `import 'nestjs-sessions/express'` tells TypeScript that requests of Express have a session. Those who have
 * `@types/express-session`, with the bridge, take the types of that instead.
 */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the types of Express are extended by this
  namespace Express {
    interface Request {
      session: Session;
    }
  }
}

export {};
