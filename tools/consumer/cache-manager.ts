import { CACHE_MANAGER, CacheModule, type Cache } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { SessionsModule } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { keepContract } from './contract.js';
import { countVisits, VisitsController } from './visits.js';

const keyv = new Keyv();

@Module({
  imports: [
    CacheModule.register({ isGlobal: true, stores: [keyv] }),
    SessionsModule.forRootAsync({
      inject: [CACHE_MANAGER],
      useFactory: (cache: Cache) => ({ store: new CacheManagerStore({ cache }) }),
    }),
  ],
  controllers: [VisitsController],
})
class AppModule {}

await countVisits(AppModule, AppModule);
await keepContract(() => new CacheManagerStore({ cache: createCache() }));
