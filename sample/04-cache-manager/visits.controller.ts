import { Controller, Get } from '@nestjs/common';
import { Session } from 'nestjs-sessions';

@Controller('visits')
export class VisitsController {
  @Get()
  visit(@Session() session: Session): { visits: number } {
    const visits = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return { visits };
  }
}
