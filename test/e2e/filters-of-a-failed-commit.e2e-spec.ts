import { Catch, Controller, Get, Res, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Session, SessionStoreError } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import type { Reply } from '../support/http/browser.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { visit, type Seen } from '../support/http/shape-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { fails } from '../support/stores/store-failures.js';
import type { TestApp } from '../support/http/test-app.js';

/** More than the buffers of a connection take. */
const PAGE = 'the page '.repeat(500_000);

@Controller()
class Pages {
  @Get('count') count(@Session() session: Session): string {
    session.set('n', 1);
    return 'counted';
  }

  /** From here on Fastify sends nothing by itself. */
  @Get('hijacked') hijacked(@Session() session: Session, @Res() reply: FastifyReply): void {
    session.set('n', 1);
    reply.hijack();
    reply.raw.end('counted');
  }
}

const replyOf = (host: ArgumentsHost): AnyReply => host.switchToHttp().getResponse<AnyReply>();

@Catch(RangeError)
class RangeFilter implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost): void {
    replyOf(host).status(507).send('of ranges');
  }
}

function filterOf(answer: (host: ArgumentsHost, error: unknown) => unknown): ExceptionFilter {
  @Catch()
  class Filter implements ExceptionFilter {
    catch(error: unknown, host: ArgumentsHost): unknown {
      return answer(host, error);
    }
  }
  return new Filter();
}

describe.each(PLATFORMS)('The global filters that answer for a commit that failed, on %s,', (platform) => {
  let app: TestApp;

  async function visitInVain(...filters: ExceptionFilter[]): Promise<Seen> {
    return visitInVainAt('/count', filters);
  }

  async function visitInVainAt(path: string, filters: ExceptionFilter[]): Promise<Seen> {
    const store = new ObservedStore(distantMemory());
    app = await startNotes({
      platform,
      controllers: [Pages],
      sessions: { store },
      configure: (nest) => nest.useGlobalFilters(...filters),
    });
    store.before('create', fails[1]);
    return visit(app.browser(), { path, method: 'GET' });
  }

  it('answer with 500 when they name no status: that of the reply which failed is gone', async () => {
    const unnamed = filterOf((host) => replyOf(host).send('of no status'));

    expect(await visitInVain(unnamed)).toMatchObject({ status: 500, text: 'of no status' });
  });

  it('are asked from the last one on, as Nest asks them', async () => {
    const first = filterOf((host) => replyOf(host).status(507).send('first'));
    const last = filterOf((host) => replyOf(host).status(507).send('last'));

    expect(await visitInVain(first, last)).toMatchObject({ status: 507, text: 'last' });
  });

  it('say when to come again with the status of the error, and not with another one', async () => {
    const own = await visitInVain(filterOf((host) => replyOf(host).status(503).send('own')));
    const other = await visitInVain(filterOf((host) => replyOf(host).status(507).send('other')));

    expect(own).toMatchObject({ status: 503, text: 'own' });
    expect(other).toMatchObject({ status: 507, text: 'other' });
    expect([own, other].map((seen) => (seen as Reply).headers.get('retry-after'))).toEqual([
      expect.stringMatching(/^\d+$/),
      null,
    ]);
  });

  it.each([
    [302, 1],
    [399, 1],
    [400, 0],
    [507, 0],
  ])('are warned of where they say that it worked: %s', async (status, warnings) => {
    expect(await visitInVain(filterOf((host) => replyOf(host).status(status).send('told')))).toMatchObject({ status });

    const warning = `GET /count: a filter has answered ${status} to a request whose session could not be stored`;
    expect(app.logs.matching(/a filter has answered/, 'warn')).toEqual(Array<string>(warnings).fill(warning));
  });

  it('are passed over when they are for other errors', async () => {
    const forAll = filterOf((host) => replyOf(host).status(507).send('of all'));

    expect(await visitInVain(forAll, new RangeFilter())).toMatchObject({ status: 507, text: 'of all' });
  });

  it('are asked when one of their classes is that of the error', async () => {
    @Catch(RangeError, SessionStoreError)
    class EitherFilter extends RangeFilter {}

    expect(await visitInVain(new EitherFilter())).toMatchObject({ status: 507 });
  });

  it('are for all errors without @Catch(), as in Nest', async () => {
    class Plain implements ExceptionFilter {
      catch(_: unknown, host: ArgumentsHost): void {
        replyOf(host).status(507).send('plain');
      }
    }

    expect(await visitInVain(new Plain())).toMatchObject({ status: 507, text: 'plain' });
  });

  it('find what Nest gives to filters', async () => {
    const found: Record<string, unknown> = {};
    const looking = filterOf((host) => {
      const http = host.switchToHttp();
      const [request, reply] = host.getArgs<unknown[]>();
      found['type'] = host.getType();
      found['args'] = [request === http.getRequest(), reply === http.getResponse()];
      found['byIndex'] = host.getArgByIndex(1) === http.getResponse();
      found['next'] = typeof http.getNext<unknown>();
      replyOf(host).status(507).send('found');
    });

    expect(await visitInVain(looking)).toMatchObject({ status: 507 });
    expect(found).toEqual({
      type: 'http',
      args: [true, true],
      byIndex: true,
      next: platform === 'express' ? 'function' : 'undefined',
    });
  });

  it.each(['switchToRpc', 'switchToWs'] as const)(
    'are told that this is HTTP when they ask for more: %s()',
    async (method) => {
      const seen = await visitInVain(filterOf((host) => host[method]()));

      expect(seen).toMatchObject({ status: 503 });
      expect(app.logs.matching(/GET \/count.*This is an HTTP request: switchToHttp\(\)/)).toHaveLength(1);
    },
  );

  it('that fail have the route in the log, without its query, which may hold secrets', async () => {
    await visitInVainAt('/count?token=secret', [
      filterOf(() => {
        throw new Error('of the filter');
      }),
    ]);

    expect(app.logs.matching(/GET \/count: An exception filter failed/)).toHaveLength(1);
    expect(app.logs.text).not.toContain('token=secret');
  });

  if (platform === 'fastify') {
    it('are not asked after hijack(), when Fastify would ignore them: the client gets the status in JSON, and the log the error', async () => {
      const asked: unknown[] = [];

      const seen = await visitInVainAt('/hijacked', [filterOf((_, error) => asked.push(error))]);

      expect(seen).toMatchObject({ status: 503, text: '{"statusCode":503,"message":"Service Unavailable"}' });
      expect((seen as Reply).headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(asked).toEqual([]);
      expect(
        app.logs.matching(/GET \/hijacked.*The session could not be stored, and no exception filter can answer/),
      ).toHaveLength(1);
    });
  }

  it('whose answer Node refuses have not answered', async () => {
    const seen = await visitInVain(
      filterOf((host) => {
        const response = nodeResponse(replyOf(host));
        response.statusCode = 1_000;
        response.end('of no such status');
      }),
    );

    expect(seen).toMatchObject({ status: 503 });
    expect(app.logs.matching(/An exception filter failed on a session that could not be stored/)).toHaveLength(1);
  });

  it('that fail when they have answered have answered', async () => {
    const seen = await visitInVain(
      filterOf((host) => {
        replyOf(host).status(507).send(PAGE);
        throw new Error('after it');
      }),
    );

    expect(seen).toMatchObject({ status: 507, text: PAGE });
  });

  it('that fail when they have begun to answer have their answer cut off', async () => {
    const seen = await visitInVain(
      filterOf((host) => {
        nodeResponse(replyOf(host)).writeHead(507, { 'Content-Length': 100 }).write('half of');
        throw new Error('in the middle');
      }),
    );

    expect(seen).toEqual({ status: 'cut' });
    expect(app.logs.matching(/An exception filter failed on a session that could not be stored/)).toHaveLength(1);
  });
});
