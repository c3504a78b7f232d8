import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { minutes, SessionsModule } from 'nestjs-sessions';
import type { ServerResponse } from 'node:http';
import { CountersController } from './counters.controller.js';
import { LastSetCookie } from './last-set-cookie.js';
import { LoginController } from './login.controller.js';
import { PageController } from './page.controller.js';
import { SessionController } from './session.controller.js';
import { storeFromEnvironment } from './store.js';
import { VisitsController } from './visits.controller.js';
import './session-data.js';

@Module({
  imports: [
    SessionsModule.forRootAsync({
      useFactory: () => ({ store: storeFromEnvironment(), timeout: minutes(20) }),
    }),
  ],
  controllers: [PageController, VisitsController, LoginController, CountersController, SessionController],
  providers: [LastSetCookie],
})
export class AppModule implements NestModule {
  constructor(private readonly lastSetCookie: LastSetCookie) {}

  configure(consumer: MiddlewareConsumer): void {
    const watch = (_request: unknown, response: ServerResponse, next: () => void): void => {
      this.lastSetCookie.watch(response);
      next();
    };
    consumer.apply(watch).forRoutes('{*path}');
  }
}
