import { Module } from '@nestjs/common';
import Memcached from 'memcached';
import { SessionsModule } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { keepContract } from './contract.js';
import { countVisits, VisitsController } from './visits.js';

const servers = process.env['MEMCACHED'] ?? '';
const client = new Memcached(servers);

@Module({
  imports: [SessionsModule.forRoot({ store: new MemcachedStore({ servers }) })],
  controllers: [VisitsController],
})
class ServersModule {}

@Module({
  imports: [SessionsModule.forRoot({ store: new MemcachedStore({ client }) })],
  controllers: [VisitsController],
})
class ClientModule {}

await countVisits(ServersModule, ClientModule);
await keepContract(() => new MemcachedStore({ client }));
client.end();
