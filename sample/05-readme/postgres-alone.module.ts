import { Module } from '@nestjs/common';
import { SessionsModule } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';

@Module({
  imports: [
    SessionsModule.forRoot({
      store: new PostgresStore({
        connectionString: process.env['DATABASE_URL'] ?? 'postgres://localhost/my_application',
        createTable: true,
      }),
    }),
  ],
})
export class PostgresModule {}
