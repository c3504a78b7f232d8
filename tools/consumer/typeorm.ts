import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from 'nestjs-sessions';
import { CreateSessionTable, PostgresStore, SessionEntity } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { keepContract } from './contract.js';
import { countVisits, VisitsController } from './visits.js';

const url = process.env['DATABASE_URL'] ?? '';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url,
      entities: [SessionEntity],
      migrations: [CreateSessionTable],
      migrationsRun: true,
    }),
    SessionsModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({ store: new PostgresStore({ dataSource }) }),
    }),
  ],
  controllers: [VisitsController],
})
class AppModule {}

await countVisits(AppModule, AppModule);

const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
let tables = 0;
await keepContract(
  () => new PostgresStore({ dataSource, createTable: true, table: `typeorm_${String((tables += 1))}` }),
);
await dataSource.destroy();
