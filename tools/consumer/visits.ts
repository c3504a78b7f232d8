import { Controller, Get, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Session } from 'nestjs-sessions';

declare module 'nestjs-sessions' {
  interface SessionData {
    visits: number;
    userId?: string;
  }
}

@Controller()
export class VisitsController {
  @Get('visits')
  visits(@Session() session: Session): number {
    const visits: number = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return visits;
  }

  mistakes(session: Session): void {
    // @ts-expect-error a mistyped key does not compile
    session.get('visit');
    // @ts-expect-error neither does a value of another type
    session.set('visits', 'one');
  }
}

/** One visitor, who calls at one instance after the other, each as soon as it has started. */
export async function countVisits(...instances: Type[]): Promise<void> {
  const apps: INestApplication[] = [];
  let cookie = '';
  for (const [before, module] of instances.entries()) {
    const app = await NestFactory.create(module, { logger: ['warn', 'error'] });
    apps.push(app);
    await app.listen(0);
    const answer = await fetch(`${await app.getUrl()}/visits`, { headers: { cookie } });
    const visits = await answer.text();
    if (visits !== String(before + 1)) {
      throw new Error(`visit ${String(before + 1)} was answered with ${String(answer.status)} ${visits}`);
    }
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
  }
  for (const app of apps) await app.close();
  console.log(`${String(instances.length)} visits counted`);
}
