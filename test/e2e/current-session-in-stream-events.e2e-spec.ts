import { Controller, Post, Req, Res, type INestApplication } from '@nestjs/common';
import { CurrentSession } from 'nestjs-sessions';
import { request } from 'node:http';
import { Writable } from 'node:stream';
import { fastifyOf, nodeRequest, type AnyReply } from '../support/http/any-platform.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

let gate = new Gate();

@Controller()
class Uploads {
  constructor(private readonly current: CurrentSession) {}

  @Post('end') end(@Req() incoming: object, @Res() reply: AnyReply): void {
    const request = nodeRequest(incoming);
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => void this.#store(bytes, reply));
    void gate.pass();
  }

  @Post('consumer') consumer(@Req() incoming: object, @Res() reply: AnyReply): void {
    const request = nodeRequest(incoming);
    let bytes = 0;
    const consumer = new Writable({
      write: (chunk: Buffer, _, done) => {
        bytes += chunk.length;
        done();
      },
    });
    consumer.on('finish', () => void this.#store(bytes, reply));
    request.pipe(consumer);
    void gate.pass();
  }

  @Post('iterated') async iterated(@Req() incoming: object, @Res() reply: AnyReply): Promise<void> {
    const request = nodeRequest(incoming);
    void gate.pass();
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    await this.#store(bytes, reply);
  }

  /** Answers with 500 and the reason: an error in a listener would else end the process. */
  async #store(bytes: number, reply: AnyReply): Promise<void> {
    try {
      await this.current.load();
      this.current.set('bytes', bytes);
      reply.send('stored');
    } catch (error) {
      reply.status(500).send(String(error));
    }
  }
}

/** To Fastify it has to be said that a handler reads the body by itself. */
function leaveBodies(nest: INestApplication): void {
  if (nest.getHttpAdapter().getType() === 'fastify') {
    fastifyOf(nest).addContentTypeParser('application/octet-stream', (_request, _body, done) => done(null));
  }
}

/** A body of which the last piece comes when the handler has set up its listeners: it comes by an event of the socket. */
async function upload(url: string, cookie: string): Promise<{ status: number | undefined; text: string }> {
  const headers = { cookie, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' };
  const outgoing = request(url, { method: 'POST', headers, agent: false });
  const answer = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode, text }));
    });
  });
  outgoing.write('12345');
  await gate.reached;
  outgoing.end('67890');
  return answer;
}

describe.each(PLATFORMS)('CurrentSession in an event of a stream, on %s', (platform) => {
  beforeEach(() => (gate = new Gate()));

  it.each(['/end', '/consumer', '/iterated'])(
    'is the session of the request, or an error that says why it is not and what to do: %s',
    async (path) => {
      const app = await startNotes({
        platform,
        controllers: [Uploads],
        sessions: { currentSession: true },
        configure: leaveBodies,
      });
      const visitor = app.browser();
      await visitor.post('/notes', { user: 'ann' });

      const { status, text } = await upload(app.url + path, visitor.cookieHeader);
      const notes = (await visitor.get('/notes')).json();

      if (status === 201) {
        expect([text, notes]).toEqual(['stored', { user: 'ann', bytes: 10 }]);
      } else {
        expect(text).toMatch(/SessionsConfigError: .*\b(event|stream)/);
        expect(text).toMatch(/@Session\(\)|AsyncResource|request\.session/);
        expect(notes).toEqual({ user: 'ann' });
      }
    },
  );
});
