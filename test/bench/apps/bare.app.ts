import { Controller, Get, Module } from '@nestjs/common';
import { serve } from './serve.js';

/** The floor: Nest on Express, and no session. */
@Controller()
class PagesController {
  @Get('plain') plain(): { visits: number } {
    return { visits: 1 };
  }
}

@Module({ controllers: [PagesController] })
class BareModule {}

await serve({ module: BareModule });
