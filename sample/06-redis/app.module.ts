import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { minutes, SessionsModule } from 'nestjs-sessions';
import { RedisStore } from 'nestjs-sessions/redis';
import { AccountController } from './account.controller.js';
import { client } from './redis.js';
import './session-data.js';

@Module({
  imports: [
    SessionsModule.forRootAsync({
      useFactory: () => ({ store: new RedisStore({ client: client() }), timeout: minutes(20) }),
    }),
  ],
  controllers: [AccountController],
})
export class AppModule implements OnApplicationShutdown {
  /** The store leaves the client open, which is the application's. By now the sessions are done with it. */
  onApplicationShutdown(): void {
    client().disconnect();
  }
}
