import { Controller, Get, Module, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SessionsModule } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { Browser } from '../../support/http/browser.js';

interface Visits {
  visits?: number;
}

interface WithSession {
  readonly session: Visits & { save(callback: (error?: unknown) => void): void };
}

@Controller()
class VisitsController {
  @Get('visits')
  visits(@Req() { session }: WithSession): object {
    session.visits = (session.visits ?? 0) + 1;
    return { visits: session.visits };
  }

  @Post('count')
  async count(@Req() { session }: WithSession): Promise<object> {
    const visits = session.visits ?? 0;
    await new Promise((resolve) => setImmediate(resolve));
    session.visits = visits + 1;
    return {};
  }

  @Post('throws')
  throws(@Req() { session }: WithSession): Promise<never> {
    return new Promise(() => {
      session.save(() => {
        throw new Error('in the callback');
      });
    });
  }
}

@Module({
  imports: [SessionsModule.forRoot({ compatibility: expressSession() })],
  controllers: [VisitsController],
})
class VisitsModule {}

describe('req.session in the manner of express-session, on Fastify', () => {
  let app: NestFastifyApplication;
  let browser: Browser;
  const seen: (number | undefined)[] = [];

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(VisitsModule, new FastifyAdapter(), { logger: false });
    app.use((request: WithSession, _response: unknown, next: () => void) => {
      seen.push(request.session.visits);
      next();
    });
    await app.listen(0, '127.0.0.1');
  });

  beforeEach(async () => {
    browser = new Browser(await app.getUrl());
  });

  afterAll(() => app.close());

  it('is there for middleware of main.ts and for handlers', async () => {
    expect((await browser.get('/visits')).json()).toEqual({ visits: 1 });
    expect((await browser.get('/visits')).json()).toEqual({ visits: 2 });
    expect(seen.slice(-2)).toEqual([undefined, 1]);
  });

  it('loses no update of thirty parallel POSTs in a handler without decorator', async () => {
    await browser.get('/visits');

    await Promise.all(Array.from({ length: 30 }, () => browser.clone().post('/count')));

    expect((await browser.get('/visits')).json()).toEqual({ visits: 32 });
  });

  it('answers what a callback throws by the filters of the application', async () => {
    await browser.get('/visits');

    expect((await browser.post('/throws')).status).toBe(500);
  });
});
