import { Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Redis as Valkey } from 'iovalkey';
import { SessionsModule } from 'nestjs-sessions';
import { RedisStore } from 'nestjs-sessions/redis';
import { createClient } from 'redis';
import { keepContract } from './contract.js';
import { countVisits, VisitsController } from './visits.js';

const url = process.env['REDIS_URL'] ?? '';
const ioredis = new Redis(url);
const iovalkey = new Valkey(url);
const nodeRedis = createClient({ url });
await nodeRedis.connect();

@Module({
  imports: [SessionsModule.forRoot({ store: new RedisStore({ client: ioredis }) })],
  controllers: [VisitsController],
})
class IoredisModule {}

@Module({
  imports: [SessionsModule.forRoot({ store: new RedisStore({ client: iovalkey }) })],
  controllers: [VisitsController],
})
class IovalkeyModule {}

@Module({
  imports: [SessionsModule.forRoot({ store: new RedisStore({ client: nodeRedis }) })],
  controllers: [VisitsController],
})
class NodeRedisModule {}

await countVisits(IoredisModule, IovalkeyModule, NodeRedisModule);
await keepContract(() => new RedisStore({ client: nodeRedis }));
ioredis.disconnect();
iovalkey.disconnect();
nodeRedis.destroy();
