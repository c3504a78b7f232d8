import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FileStore } from 'nestjs-sessions';
import { CountedVisits, handlers } from '../support/http/counted-visits.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';
import { TestApp } from '../support/http/test-app.js';

const TIMEOUT = 1_000;

describe('A file whose disk does not answer', () => {
  let app: TestApp;
  let data: string;

  afterEach(async () => {
    // A thread that still waited for the pipe would keep this process from ending.
    if (existsSync(data)) closeSync(openSync(data, 'r+'));
    await app.close();
  });

  it('fails the requests of its session in time, and no others; it is read again as soon as the disk answers', async () => {
    const directory = await temporaryDirectory();
    const store = new FileStore({ directory });
    app = await TestApp.start({ controllers: [CountedVisits], sessions: { store, storeTimeout: TIMEOUT } });
    const visitor = app.browser();
    const other = app.browser();
    await visitor.post('/visits');
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    // Not every name that begins so is that of a file: a session's folder may have such an id.
    const file = entries.find((entry) => entry.isFile() && entry.name.startsWith('d'));
    data = join(file?.parentPath ?? directory, file?.name ?? 'none');
    await other.post('/visits');
    handlers.run = 0;

    // Whoever opens a pipe waits for its other end, and holds up a thread as a disk does that hangs.
    await rename(data, `${directory}-data`);
    execFileSync('mkfifo', [data]);
    const reply = await visitor.post('/visits');
    expect(reply).toMatchObject({ status: 503, setCookies: [] });
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(handlers.run).toBe(0);
    expect((await app.browser().get('/public')).status).toBe(200);
    expect(await other.post('/visits')).toMatchObject({ status: 201, text: '2' });

    const end = await open(data, 'w');
    await rename(`${directory}-data`, data);
    await end.close();
    expect(await visitor.post('/visits')).toMatchObject({ status: 201, text: '2' });
  });
});
