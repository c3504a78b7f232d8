import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { compiled } from '../support/compiled.js';
import { freePort } from '../support/free-port.js';
import { codeBlocks } from '../support/markdown.js';

const START_LIMIT = 20_000;

const main = new URL('../../sample/05-readme/main.ts', import.meta.url);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** What changes from run to run. */
function masked(reply: string): string {
  return reply
    .replace(/session_id=[\w-]{43};/, 'session_id=(id);')
    .replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, '(date)');
}

async function request(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  return response;
}

/** As `curl -i` shows it. */
async function shown(response: IncomingMessage): Promise<string> {
  const { httpVersion, statusCode, statusMessage, rawHeaders } = response;
  const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]!}`] : []));
  return [`HTTP/${httpVersion} ${statusCode!} ${statusMessage!}`, ...lines, '', await text(response), ''].join('\n');
}

describe('The quick start of README.md', () => {
  let program: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/visits`;
    program = spawn('node', [compiled(main)], {
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await Promise.race([isListening(), endsTooEarly()]);
  });

  afterAll(() => program.kill('SIGKILL'));

  async function endsTooEarly(): Promise<never> {
    const [code] = (await once(program, 'exit')) as [number | null];
    throw new Error(`The program ended with ${code} instead of listening`);
  }

  async function isListening(): Promise<void> {
    for (let waited = 0; waited < START_LIMIT; waited += 50) {
      const isUp = await fetch(new URL('/', url)).then(
        () => true,
        () => false,
      );
      if (isUp) return;
      await sleep(50);
    }
    throw new Error(`${url} did not answer within ${START_LIMIT} ms`);
  }

  it('is answered as it says', async () => {
    const documented = codeBlocks(readme, 'console').map((block) => block.replace(/^\$ curl .*\n/, ''));

    const first = await request(url, {});
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const replies = [await shown(first), await shown(await request(url, { cookie }))];

    expect(replies.map(masked)).toEqual(documented.map(masked));
  });
});
