import { Controller, Get } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { setTimeout as slowQuery } from 'node:timers/promises';

@Controller('report')
export class ReportsController {
  @Get('refresh')
  @LockSession('explicit')
  async refresh(@Session() session: Session): Promise<void> {
    const rows = await slowQuery(200, 42);
    await session.withLock(() => session.set('report', { rows }));
  }

  @Get()
  @LockSession('read-only')
  read(@Session('report') report?: { rows: number }): { rows: number } {
    return report ?? { rows: 0 };
  }
}
