import { Browser } from '../support/http/browser.js';
import { freePort } from '../support/servers/free-port.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { runSample, type Sample, startSample } from '../support/processes/sample.js';

const INCREMENTS = 25;

interface Answer {
  readonly user?: string;
  readonly count?: number;
  readonly process: number;
}

describe('The sample on PostgreSQL', () => {
  let database: PostgresDatabase;
  let sample: Sample;
  let here: Browser;
  let there: Browser;
  beforeAll(async () => {
    database = await PostgresDatabase.create();
    const ports = await Promise.all([freePort(), freePort()]);
    sample = await startSample('02-postgres', { DATABASE_URL: database.url, PORTS: ports.join() });
    here = new Browser(`http://127.0.0.1:${ports[0]}`);
    there = here.at(`http://127.0.0.1:${ports[1]}`);
  });
  afterAll(() => database.drop());

  it('knows at one process who logged in at the other, until the logout', async () => {
    const login = await here.post('/login', { name: 'Ann' });
    const me = await there.get('/me');

    expect([login.json(), me.json()]).toMatchObject([{ user: 'Ann' }, { user: 'Ann' }]);
    expect(me.json<Answer>().process).not.toBe(login.json<Answer>().process);

    expect((await there.post('/logout')).status).toBe(204);
    expect((await here.get('/me')).status).toBe(401);
  });

  it('loses none of the increments that both get at once', async () => {
    await here.post('/login', { name: 'Ben' });

    const requests = [here, there].flatMap((browser) =>
      Array.from({ length: INCREMENTS }, () => browser.post('/counter')),
    );
    const answers = (await Promise.all(requests)).map((reply) => reply.json<Answer>());

    expect(new Set(answers.map(({ count }) => count)).size).toBe(2 * INCREMENTS);
    expect((await there.get('/counter')).json()).toMatchObject({ count: 2 * INCREMENTS });
  });

  it('finds its migration done when it is started again, and its sessions there', async () => {
    await here.post('/login', { name: 'Cleo' });
    await sample.interrupt();
    const ports = [here, there].map(({ url }) => new URL(url).port);

    sample = await startSample('02-postgres', { DATABASE_URL: database.url, PORTS: ports.join() });

    expect((await there.get('/me')).json()).toMatchObject({ user: 'Cleo' });
  });

  it('ends with Ctrl-C', async () => {
    await expect(sample.interrupt()).resolves.toEqual({ code: 0, signal: null });
    await expect(here.get('/me')).rejects.toThrow('fetch failed');
    await expect(there.get('/me')).rejects.toThrow('fetch failed');
  });

  it('says what to do where no database answers', async () => {
    const sample = runSample('02-postgres', {
      DATABASE_URL: `postgres://ann:secret@127.0.0.1:${await freePort()}/none`,
    });

    await expect(sample.exited).resolves.toEqual({ code: 1, signal: null });
    expect(sample.output()).toContain('PostgreSQL cannot be used: connect ECONNREFUSED 127.0.0.1:');
    expect(sample.output()).toContain('docker compose up -d && npm run start:postgres');
    expect(sample.output()).toContain(
      'DATABASE_URL=postgres://user:password@host:5432/database npm run start:postgres',
    );
    expect(sample.output()).not.toContain('secret');
  });
});
