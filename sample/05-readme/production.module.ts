import { Module } from '@nestjs/common';
import { FileStore, hours, minutes, SessionsModule } from 'nestjs-sessions';

@Module({
  imports: [
    SessionsModule.forRoot({
      store: new FileStore({ directory: '/var/lib/my-application/sessions' }),
      timeout: minutes(30),
      absoluteTimeout: hours(12),
      cookie: { name: '__Host-session', secure: true },
    }),
  ],
})
export class ProductionModule {}
