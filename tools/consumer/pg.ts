import { Module } from '@nestjs/common';
import { SessionsModule } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';
import pg from 'pg';
import { keepContract } from './contract.js';
import { countVisits, VisitsController } from './visits.js';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });

@Module({
  imports: [SessionsModule.forRoot({ store: new PostgresStore({ pool, createTable: true }) })],
  controllers: [VisitsController],
})
class PoolModule {}

@Module({
  imports: [
    SessionsModule.forRoot({ store: new PostgresStore({ connectionString: process.env['DATABASE_URL'] ?? '' }) }),
  ],
  controllers: [VisitsController],
})
class OwnPoolModule {}

await countVisits(PoolModule, OwnPoolModule);

let tables = 0;
await keepContract(() => new PostgresStore({ pool, createTable: true, table: `pg_${String((tables += 1))}` }));
await pool.end();
