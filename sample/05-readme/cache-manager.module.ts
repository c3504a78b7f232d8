import { CACHE_MANAGER, CacheModule, type Cache } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { SessionsModule } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';

@Module({
  imports: [
    CacheModule.register({ isGlobal: true }),
    SessionsModule.forRootAsync({
      inject: [CACHE_MANAGER],
      useFactory: (cache: Cache) => ({ store: new CacheManagerStore({ cache }) }),
    }),
  ],
})
export class CachedModule {}
