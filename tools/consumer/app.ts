import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MemoryStore, minutes, Session, SessionsModule } from 'nestjs-sessions';

declare module 'nestjs-sessions' {
  interface SessionData {
    visits: number;
    userId?: string;
  }
}

@Controller()
class VisitsController {
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

@Module({
  imports: [SessionsModule.forRoot({ store: new MemoryStore(), timeout: minutes(20) })],
  controllers: [VisitsController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
await app.listen(0);
const url = `${await app.getUrl()}/visits`;

const first = await fetch(url);
const cookie = first.headers.get('set-cookie')?.split(';')[0];
if (cookie === undefined) throw new Error(`no cookie was set: ${String(first.status)} ${await first.text()}`);

const second = await fetch(url, { headers: { cookie } });
const visits = await second.text();
if (visits !== '2') throw new Error(`the second visit was answered with ${String(second.status)} ${visits}`);

await app.close();
console.log(`${visits} visits counted`);
