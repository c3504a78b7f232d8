import { Module } from '@nestjs/common';
import { SessionsModule } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';

@Module({
  imports: [SessionsModule.forRoot({ store: new MemcachedStore({ servers: 'localhost:11211' }) })],
})
export class MemcachedModule {}
