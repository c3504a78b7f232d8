import { HttpException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { SessionObject } from 'nestjs-sessions';

/** Changes the session and then rejects the request with the status that the query asks for. */
export class RejectingGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { session, query } = context
      .switchToHttp()
      .getRequest<{ session: SessionObject; query: { status: string } }>();
    await session.load();
    session.set('found', 'guard');
    throw new HttpException('rejected', Number(query.status));
  }
}
