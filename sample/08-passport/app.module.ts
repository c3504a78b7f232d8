import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import flash from 'connect-flash';
import { SessionsModule } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { csrf } from './csrf.js';
import { LocalStrategy } from './local.strategy.js';
import { PagesController } from './pages.controller.js';
import { UserSerializer } from './user.serializer.js';

@Module({
  imports: [SessionsModule.forRoot({ compatibility: expressSession() }), PassportModule.register({ session: true })],
  controllers: [PagesController],
  providers: [LocalStrategy, UserSerializer],
})
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(flash(), csrf.csrfSynchronisedProtection).forRoutes(PagesController);
  }
}
