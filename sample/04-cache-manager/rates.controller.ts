import { CacheInterceptor, CacheTTL } from '@nestjs/cache-manager';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { setTimeout as slowQuery } from 'node:timers/promises';

/** What the cache was there for already. Do not cache answers like this on a route that takes the session: they are for all. */
@Controller('rates')
@UseInterceptors(CacheInterceptor)
@CacheTTL(60_000)
export class RatesController {
  @Get()
  async rates(): Promise<{ at: string; EUR: number }> {
    await slowQuery(200);
    return { at: new Date().toISOString(), EUR: 0.93 };
  }
}
