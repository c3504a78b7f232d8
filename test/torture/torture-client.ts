import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  /** Whether the handler ran to its end. */
  readonly isHandled: boolean;
  readonly text: string;
  /** The id that the answer sets. */
  readonly id: string | undefined;
}

/** `refused` never reached a process; of `cut` nobody knows how far it came. */
export type Reply = Answer | 'refused' | 'cut';

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly id?: string | undefined;
  readonly body?: unknown;
  /** The client gives up after so many milliseconds. */
  readonly patience: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** Closes the connections that are kept for the next request. */
export function hangUp(): void {
  agent.destroy();
}

export function ask({ method, url, id, body, patience }: Question): Promise<Reply> {
  return new Promise((resolve) => {
    const headers = {
      ...(id === undefined ? {} : { cookie: `session_id=${id}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = request(url, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('close', () => {
        clearTimeout(timer);
        if (!response.complete) {
          resolve('cut');
          return;
        }
        const { statusCode: status = 0, headers } = response;
        resolve({ status, text, isHandled: headers['handled'] !== undefined, id: idIn(headers['set-cookie']) });
      });
    });
    const timer = setTimeout(() => sent.destroy(new Error('out of patience')), patience);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'cut');
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function idIn(cookies: readonly string[] | undefined): string | undefined {
  return /^session_id=([\w-]{43});/.exec(cookies?.at(-1) ?? '')?.[1];
}
