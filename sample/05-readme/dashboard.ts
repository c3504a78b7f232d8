import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

const FREE = { value: undefined, writable: true, configurable: true };

/** Leaves `request.session` to what comes after it. */
function withoutSession(request: Request, _response: Response, next: NextFunction): void {
  Object.defineProperties(request, { session: FREE, sessionID: FREE });
  next();
}

/** In main.ts, before the application listens. */
export function mountDashboard(app: INestApplication, dashboard: RequestHandler): void {
  app.use('/dashboard', withoutSession, dashboard);
}
