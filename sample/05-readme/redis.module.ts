import { Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { SessionsModule } from 'nestjs-sessions';
import { RedisStore } from 'nestjs-sessions/redis';

const client = new Redis('redis://localhost:6379', {
  maxRetriesPerRequest: 1,
  socketTimeout: 1_000,
  retryStrategy: (attempts) => Math.min(50 * attempts, 500),
});

@Module({
  imports: [SessionsModule.forRoot({ store: new RedisStore({ client }) })],
})
export class RedisModule {}
