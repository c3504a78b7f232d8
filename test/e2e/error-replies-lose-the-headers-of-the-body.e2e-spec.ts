import {
  Catch,
  Controller,
  Get,
  Injectable,
  Res,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MemoryStore, Session, SessionStoreError } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { Exchange } from '../support/http/exchange.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import type { TestApp } from '../support/http/test-app.js';
import { within } from '../support/basics/within.js';

/** What the handler says of the body that the client will never get. */
const OF_THE_BODY = {
  'Content-Type': 'text/csv',
  'Content-Length': '4',
  'Content-Encoding': 'gzip',
  'Content-Language': 'de',
  'Content-Location': '/report/7',
  'Content-Disposition': 'attachment; filename="report.csv"',
  'Content-Range': 'bytes 0-3/300',
  'Transfer-Encoding': 'chunked',
  Trailer: 'Digest',
  ETag: '"the report"',
  'Last-Modified': 'Wed, 01 Jan 2025 00:00:00 GMT',
  'Accept-Ranges': 'bytes',
  Location: '/report/8',
  Refresh: '5; url=/report/8',
  Link: '</style.css>; rel=preload',
  'Cache-Control': 'public, max-age=3600',
  Expires: 'Wed, 01 Jan 2031 00:00:00 GMT',
  Pragma: 'the report',
  'Set-Cookie': 'download=begun',
};

const OF_THE_EXCHANGE = {
  'Access-Control-Allow-Origin': 'https://shop.example',
  'Content-Security-Policy': "default-src 'self'",
  'Content-Security-Policy-Report-Only': "script-src 'self'",
  'Retry-After': '120',
  'Strict-Transport-Security': 'max-age=60',
  'X-RateLimit-Remaining': '7',
  'X-Request-Id': '17',
};

/** The application tells by itself when to come again. */
@Catch(SessionStoreError)
class BusyFilter implements ExceptionFilter {
  catch(error: SessionStoreError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<AnyReply>().status(error.status).header('Retry-After', '600').send({ busy: true });
  }
}

let headers: Record<string, string> = {};
/** The cookies that middleware has set before the handler. */
let earlier: string[] = [];

@Injectable()
class MarkingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    nodeResponse(context.switchToHttp().getResponse<AnyReply>()).appendHeader('Set-Cookie', 'guard=kept');
    return true;
  }
}

/** Leaves a cookie with whom it answers. */
@Catch(SessionStoreError)
class MarkingFilter implements ExceptionFilter {
  catch({ status }: SessionStoreError, host: ArgumentsHost): void {
    const { cookie = '' } = host.switchToHttp().getRequest<IncomingMessage>().headers;
    const reply = host.switchToHttp().getResponse<AnyReply>();
    nodeResponse(reply).appendHeader('Set-Cookie', `seen=${cookie}`);
    reply.status(status).send({ status });
  }
}

@Controller()
class Pages {
  @Get('report') report(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'report');
    for (const [name, value] of Object.entries(headers)) response.appendHeader(name, value);
    response.end('a,b\n');
  }

  @Get('guarded') @UseGuards(MarkingGuard) guarded(@Session() session: Session, @Res() reply: AnyReply): void {
    this.report(session, reply);
  }

  @Get('described') described(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'described');
    response.statusMessage = 'Report 7';
    response.end('a,b\n');
  }

  @Get('filtered') @UseFilters(BusyFilter) filtered(@Session() session: Session): unknown {
    return session.get('found');
  }
}

describe.each(PLATFORMS)(
  'The error reply that takes the place of one whose session could not be stored, on %s',
  (platform) => {
    let store: ObservedStore;
    let app: TestApp;
    let exchange: Exchange | undefined;

    beforeEach(async () => {
      earlier = ['earlier=kept'];
      store = new ObservedStore(new MemoryStore());
      app = await startNotes({
        platform,
        controllers: [Pages],
        sessions: { store },
        configure: (nest) =>
          nest.use((_: unknown, response: ServerResponse, next: () => void) => {
            // Node shows one that was set as a text as a text.
            if (earlier.length > 0)
              response.setHeader('Set-Cookie', earlier.length > 1 ? [...earlier] : earlier.join());
            next();
          }),
      });
    });

    // A reply that never comes must not keep the application from closing.
    afterEach(() => exchange?.leave());

    async function failedReply(given: Record<string, string>, path = '/report'): Promise<IncomingMessage> {
      headers = given;
      store.before('create', () => Promise.reject(new Error('No space left')));
      exchange = new Exchange(app.url + path);
      const head = await within('The reply', exchange.head);
      expect(head.statusCode).toBe(503);
      // Whole, and an error: what is left of the headers fits it.
      expect(await exchange.text()).toMatch(/503|Service Unavailable/);
      return head;
    }

    it.each(Object.entries(OF_THE_BODY))('has lost %s', async (name, value) => {
      // Node takes trailers only in chunks.
      const given = { ...(name === 'Trailer' && { 'Transfer-Encoding': 'chunked' }), [name]: value };

      const reply = await failedReply(given);

      expect([reply.headers[name.toLowerCase()]].flat()).not.toContain(value);
    });

    it.each(Object.entries(OF_THE_EXCHANGE))('has kept %s', async (name, value) => {
      expect((await failedReply({ [name]: value })).headers[name.toLowerCase()]).toBe(value);
    });

    it.each([['earlier=kept'], ['earlier=kept', 'another=kept']])(
      'has kept the cookies of middleware that ran before the handler: %s',
      async (...cookies) => {
        earlier = cookies;

        expect((await failedReply({ 'Set-Cookie': 'download=begun' })).headers['set-cookie']).toEqual(cookies);
      },
    );

    it('has kept the cookie of a guard', async () => {
      expect((await failedReply({ 'Set-Cookie': 'download=begun' }, '/guarded')).headers['set-cookie']).toEqual([
        'earlier=kept',
        'guard=kept',
      ]);
    });

    it('has lost the words that stood beside the status', async () => {
      expect((await failedReply({}, '/described')).statusMessage).toBe('Service Unavailable');
    });

    it('carries no cookie that another visitor got with an error', async () => {
      app.nest.useGlobalFilters(new MarkingFilter());
      store.before('create', () => Promise.reject(new Error('No space left')));
      earlier = [];

      const setCookies: (readonly string[])[] = [];
      for (const cookie of ['name=ann', 'name=bob']) {
        setCookies.push((await app.browser().get('/report', { headers: { cookie } })).setCookies);
      }

      expect(setCookies).toEqual([['seen=name=ann'], ['seen=name=bob']]);
    });

    it('keeps the Retry-After of the application’s own filter', async () => {
      const visitor = app.browser();
      await visitor.post('/notes', { user: 'ann' });
      store.breakDown();

      const reply = await visitor.get('/filtered');

      expect(reply).toMatchObject({ status: 503, text: '{"busy":true}' });
      expect(reply.headers.get('retry-after')).toBe('600');
    });
  },
);
