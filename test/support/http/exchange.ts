import { request, type ClientRequest, type IncomingMessage } from 'node:http';

export interface ExchangeOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

/**
 * One request on a connection of its own, seen as it comes over the wire: the early hints, the head, the body in pieces. For
 * what `Browser` does not tell apart.
 */
export class Exchange {
  /** Settles with the first byte of the answer. */
  readonly head: Promise<IncomingMessage>;
  /** The `Link` headers of 103 answers. */
  readonly earlyHints: (string | string[] | undefined)[] = [];
  readonly #request: ClientRequest;
  #isAnswered = false;

  constructor(url: string, { method = 'GET', headers = {} }: ExchangeOptions = {}) {
    this.#request = request(url, { method, headers, agent: false });
    this.head = new Promise((resolve, reject) => {
      this.#request.once('response', (head) => {
        this.#isAnswered = true;
        resolve(head);
      });
      this.#request.once('error', reject);
    });
    // Whoever leaves does not wait for the answer.
    this.head.catch(() => undefined);
    this.#request.on('information', ({ headers: { link } }) => this.earlyHints.push(link));
    this.#request.end();
  }

  /** The head has come. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** The body, complete. @throws Error when the connection was cut before its end. */
  async text(): Promise<string> {
    let text = '';
    for await (const chunk of (await this.head).setEncoding('utf8')) {
      text += chunk;
    }
    return text;
  }

  /** The client goes away. */
  leave(): void {
    this.#request.destroy();
  }
}
