import { CACHE_MANAGER, CacheModule, type Cache } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { minutes, SessionsModule } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { cacheFromEnvironment } from './cache.js';
import { RatesController } from './rates.controller.js';
import { VisitsController } from './visits.controller.js';
import './session-data.js';

@Module({
  imports: [
    CacheModule.registerAsync({ isGlobal: true, useFactory: cacheFromEnvironment }),
    SessionsModule.forRootAsync({
      inject: [CACHE_MANAGER],
      useFactory: (cache: Cache) => ({ store: new CacheManagerStore({ cache }), timeout: minutes(20) }),
    }),
  ],
  controllers: [RatesController, VisitsController],
})
export class AppModule {}
