import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CurrentSession } from 'nestjs-sessions';
import { request } from 'node:http';
import { Writable } from 'node:stream';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';

let gate = new Gate();

@Controller()
class Uploads {
  constructor(private readonly current: CurrentSession) {}

  @Post('end') end(@Req() request: Request, @Res() response: Response): void {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => void this.#store(bytes, response));
    void gate.pass();
  }

  @Post('consumer') consumer(@Req() request: Request, @Res() response: Response): void {
    let bytes = 0;
    const consumer = new Writable({
      write: (chunk: Buffer, _, done) => {
        bytes += chunk.length;
        done();
      },
    });
    consumer.on('finish', () => void this.#store(bytes, response));
    request.pipe(consumer);
    void gate.pass();
  }

  @Post('iterated') async iterated(@Req() request: Request, @Res() response: Response): Promise<void> {
    void gate.pass();
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    await this.#store(bytes, response);
  }

  /** Answers with 500 and the reason: an error in a listener would else end the process. */
  async #store(bytes: number, response: Response): Promise<void> {
    try {
      await this.current.load();
      this.current.set('bytes', bytes);
      response.send('stored');
    } catch (error) {
      response.status(500).send(String(error));
    }
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

describe('CurrentSession in an event of a stream', () => {
  beforeEach(() => (gate = new Gate()));

  it.each(['/end', '/consumer', '/iterated'])(
    'is the session of the request, or an error that says why it is not and what to do: %s',
    async (path) => {
      const app = await startNotes({ controllers: [Uploads], sessions: { currentSession: true } });
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
