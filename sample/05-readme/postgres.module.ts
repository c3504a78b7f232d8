import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from 'nestjs-sessions';
import { CreateSessionTable, PostgresStore } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env['DATABASE_URL'] ?? 'postgres://localhost/my_application',
      migrations: [CreateSessionTable],
      migrationsRun: true,
    }),
    SessionsModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({ store: new PostgresStore({ dataSource }) }),
    }),
  ],
})
export class PostgresModule {}
