import { Controller, Get, Module } from '@nestjs/common';
import { serve } from './serve.js';

/** The floor: Nest on Express, and no session. */
@Controller()
class PagesController {
  @Get('no-session') noSession(): object {
    return { ok: true };
  }
}

@Module({ controllers: [PagesController] })
class BareModule {}

await serve({ module: BareModule });
