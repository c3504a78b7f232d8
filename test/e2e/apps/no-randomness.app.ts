import { Controller, Get, Post } from '@nestjs/common';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { Session } from 'nestjs-sessions';
import { reportReady } from '../../support/processes/report-ready.js';
import { TestApp } from '../../support/http/test-app.js';

/** An application whose machine can run out of random numbers. */

const { randomBytes, randomFillSync } = crypto;

function fail(): never {
  throw new Error('there are no random numbers');
}

@Controller()
class RandomnessController {
  @Get('visit') visit(@Session() session: Session): void {
    session.set('visits', 1);
  }

  @Get('id') id(@Session() session: Session): number {
    return session.id.length;
  }

  @Post('run-dry') runDry(): void {
    Object.assign(crypto, { randomBytes: fail, randomFillSync: fail });
    syncBuiltinESMExports();
  }

  @Post('recover') recover(): void {
    Object.assign(crypto, { randomBytes, randomFillSync });
    syncBuiltinESMExports();
  }
}

reportReady((await TestApp.start({ controllers: [RandomnessController] })).url);
