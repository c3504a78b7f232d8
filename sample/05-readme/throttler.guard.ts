import { Injectable, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { minutes, type Session } from 'nestjs-sessions';

/** Counts the requests of a user together, from wherever they come; those of other visitors by their address. */
@Injectable()
export class UserThrottlerGuard extends ThrottlerGuard {
  protected override async getTracker(request: { readonly session: Session; readonly ip: string }): Promise<string> {
    await request.session.load();
    const userId = request.session.get('userId');
    return userId === undefined ? super.getTracker(request) : `user ${userId}`;
  }
}

@Module({
  imports: [ThrottlerModule.forRoot([{ ttl: minutes(1), limit: 100 }])],
  providers: [{ provide: APP_GUARD, useClass: UserThrottlerGuard }],
})
export class ThrottledModule {}
