import { Catch, Controller, Get, Post, Req, Res, type ExceptionFilter } from '@nestjs/common';
import { expressSession } from 'nestjs-sessions/express-session';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { until } from '../../support/basics/within.js';
import type { Browser } from '../../support/http/browser.js';
import { TestApp } from '../../support/http/test-app.js';

interface Visits {
  visits?: number;
}

interface WithSession {
  readonly sessionID?: string;
  readonly raw: { readonly sessionID?: string };
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

  @Post('throws-when-answered')
  throwsWhenAnswered(@Req() { session }: WithSession, @Res() reply: FastifyReply): void {
    reply.hijack();
    session.save(() => {
      setImmediate(() => reply.raw.end('answered'));
      throw new Error('in the callback');
    });
  }

  @Post('throws-after-its-answer')
  throwsAfterItsAnswer(@Req() { session }: WithSession, @Res() reply: FastifyReply): void {
    reply.raw.once('close', () =>
      session.save(() => {
        throw new RangeError('after the answer');
      }),
    );
    void reply.send('answered');
  }

  @Get('id')
  id(@Req() request: WithSession & { readonly session: { readonly id: string } }): object {
    const { sessionID, raw, session } = request;
    return { ids: [sessionID, raw.sessionID, session.id] };
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

let caught: unknown[] = [];

@Catch(RangeError)
class RangeErrors implements ExceptionFilter {
  catch(error: unknown): void {
    caught.push(error);
  }
}

describe('req.session in the manner of express-session, on Fastify', () => {
  let app: TestApp;
  let browser: Browser;
  const seen: (number | undefined)[] = [];

  beforeAll(async () => {
    app = await TestApp.start({
      platform: 'fastify',
      controllers: [VisitsController],
      sessions: { compatibility: expressSession() },
      configure: (nest) => {
        nest.useGlobalFilters(new RangeErrors());
        nest.use((request: WithSession, _response: unknown, next: () => void) => {
          seen.push(request.session.visits);
          next();
        });
      },
    });
  });

  beforeEach(() => {
    caught = [];
    browser = app.browser();
  });

  afterAll(() => app.close());

  it('is there for middleware of main.ts and for handlers', async () => {
    expect((await browser.get('/visits')).json()).toEqual({ visits: 1 });
    expect((await browser.get('/visits')).json()).toEqual({ visits: 2 });
    expect(seen.slice(-2)).toEqual([undefined, 1]);
  });

  it('has its id as sessionID, on the request of Fastify and on that of Node', async () => {
    await browser.get('/visits');
    const id = browser.cookies.get('session_id');

    expect((await browser.get('/id')).json()).toEqual({ ids: [id, id, id] });
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

  it('shows what a callback throws after the answer to those filters as well', async () => {
    await browser.get('/visits');

    expect((await browser.post('/throws-after-its-answer')).text).toBe('answered');
    await until('the filter has seen it', () => caught.length > 0);
    expect(caught).toEqual([new RangeError('after the answer')]);
  });

  it('tells the log what a callback throws when no filter can answer any more', async () => {
    await browser.get('/visits');

    expect((await browser.post('/throws-when-answered')).text).toBe('answered');
    expect(
      app.logs.matching(/POST \/throws-when-answered: A callback of the session failed: .*in the callback/),
    ).toHaveLength(1);
  });
});

describe('A hook of requests of the application that returns a promise', () => {
  it('has run before the handler, and the handler runs once, also where the session had to be read first', async () => {
    let handled = 0;
    @Controller()
    class Pages {
      @Get('tenant') tenant(@Req() request: WithSession & { readonly tenant?: string }): object {
        handled += 1;
        request.session.visits = (request.session.visits ?? 0) + 1;
        return { tenant: request.tenant, visits: request.session.visits };
      }
    }
    const app = await TestApp.start({
      platform: 'fastify',
      controllers: [Pages],
      sessions: { compatibility: expressSession() },
      configure: (nest) =>
        (nest.getHttpAdapter() as unknown as FastifyAdapter).setOnRequestHook(async (request: object) => {
          await new Promise((resolve) => setImmediate(resolve));
          Object.assign(request, { tenant: 'shop' });
        }),
    });
    const browser = app.browser();

    const replies = [await browser.get('/tenant'), await browser.get('/tenant')];

    await app.close();
    expect(replies.map((reply) => reply.json())).toEqual([
      { tenant: 'shop', visits: 1 },
      { tenant: 'shop', visits: 2 },
    ]);
    expect(handled).toBe(2);
  });
});
