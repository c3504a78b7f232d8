import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { minutes, SessionsModule } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { AccountController } from './account.controller.js';
import { CounterController } from './counter.controller.js';
import { databaseOptions } from './database.js';
import './session-data.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({ useFactory: databaseOptions }),
    SessionsModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({ store: new PostgresStore({ dataSource }), timeout: minutes(20) }),
    }),
  ],
  controllers: [AccountController, CounterController],
})
export class AppModule {}
