import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/servers/free-port.js';
import { codeBlocks } from '../support/documents/markdown.js';
import { runSample, type Sample } from '../support/processes/sample.js';

const START_LIMIT = 120_000;

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
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/visits`;
    const program = runSample('05-readme', { PORT: String(port) });
    await Promise.race([isListening(), endsTooEarly(program)]);
  });

  async function endsTooEarly(program: Sample): Promise<never> {
    const { code } = await program.exited;
    throw new Error(`The program ended with ${code} instead of listening; it says:\n${program.output()}`);
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
    const second = await request(url, { cookie });
    // The second one is shown without its headers; the README says what they are not.
    const replies = [await shown(first), `${await text(second)}\n`];
    expect(second.headers['set-cookie']).toBeUndefined();

    expect(replies.map(masked)).toEqual(documented.map(masked));
  });
});
