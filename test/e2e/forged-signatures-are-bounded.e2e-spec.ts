import { createHmac, randomBytes } from 'node:crypto';
import { startNotes } from '../support/http/notes-app.js';
import { idOf } from '../support/stores/stored-sessions.js';
import { rawRequest } from '../support/http/raw-http.js';
import type { TestApp } from '../support/http/test-app.js';

const NAME = 's';
/** As many as fit into the 16 kB that Node takes. */
const MANY = 160;
const MOST = 5;

/** Secrets that count how often one of them is used: each signature that is computed needs one. */
class CountedSecrets {
  uses = 0;
  readonly list: string[] = [];

  constructor(...secrets: string[]) {
    for (const [index, secret] of secrets.entries()) {
      Object.defineProperty(this.list, index, {
        enumerable: true,
        get: () => {
          this.uses += 1;
          return secret;
        },
      });
    }
  }
}

const randomId = (): string => randomBytes(32).toString('base64url');
const forged = (): string => `s:${randomId()}.${randomBytes(32).toString('base64').slice(0, 43)}`;
const malformed = (): string => `s:${randomId()}.${'A'.repeat(20)}`;
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

function signed(id: string, secret: string): string {
  return `s:${id}.${createHmac('sha256', secret).update(id).digest('base64').slice(0, 43)}`;
}

describe('Signatures', () => {
  let secrets: CountedSecrets;
  let app: TestApp;
  let live: string;

  beforeEach(async () => {
    secrets = new CountedSecrets('new secret', 'old secret');
    app = await startNotes({ sessions: { secret: secrets.list, cookie: { name: NAME } } });
    const visitor = app.browser();
    await visitor.post('/notes', { live: true });
    live = decodeURIComponent(visitor.cookies.get(NAME) ?? idOf(visitor));
    secrets.uses = 0;
  });

  async function send(requestLine: string, ...values: string[]): Promise<string> {
    const cookie = values.map((value) => `${NAME}=${value}`).join('; ');
    const { status, body } = await rawRequest(app.url, requestLine, [`Cookie: ${cookie}`, 'Content-Length: 0']);
    return `${status} ${body}`;
  }

  it('are computed when a cookie comes that was not seen before, with each secret', async () => {
    expect(await send('GET /notes', forged())).toBe('200 {}');
    expect(secrets.uses).toBe(2);
  });

  it.each(['GET /notes', 'POST /logout', 'POST /login', 'GET /facts'])(
    'are computed five times at most for one header full of forged ones: %s',
    async (requestLine) => {
      expect(await send(requestLine, ...times(MANY, forged))).toMatch(/^20[01] /);

      // A new session's cookie is signed once.
      expect(secrets.uses).toBeLessThanOrEqual(MOST + (requestLine === 'POST /login' ? 1 : 0));
    },
  );

  it('are not computed for what cannot be one, and behind that a live session is found', async () => {
    expect(await send('GET /notes', ...times(150, malformed), live)).toBe('200 {"live":true}');
    expect(secrets.uses).toBeLessThanOrEqual(1);
  });

  it('that are forged do not hide a live session behind one of them', async () => {
    expect(await send('GET /notes', forged(), live)).toBe('200 {"live":true}');
  });

  it('of the old secret count like those of the new one', async () => {
    const id = live.slice('s:'.length, live.lastIndexOf('.'));

    expect(await send('GET /notes', forged(), signed(id, 'old secret'))).toBe('200 {"live":true}');
    expect(secrets.uses).toBe(4);
  });
});
