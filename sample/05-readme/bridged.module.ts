import { Module } from '@nestjs/common';
import { minutes, SessionsModule } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';

@Module({
  imports: [
    SessionsModule.forRoot({
      compatibility: expressSession(),
      secret: process.env['SESSION_SECRET'] ?? 'only for development',
      cookie: { name: 'connect.sid' },
      timeout: minutes(30),
    }),
  ],
})
export class BridgedModule {}
