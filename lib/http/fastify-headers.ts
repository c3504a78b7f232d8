import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ReplyHeaders } from './http-platform.js';

/**
 * The headers of a reply of Fastify, which are in two places: it has some itself, and the application may have set others on Node's
 * response. It shows both, but before 5.12 it removes its own alone.
 */
export class FastifyHeaders implements ReplyHeaders {
  constructor(
    private readonly reply: ReplyHeaders,
    private readonly response: ServerResponse,
  ) {}

  getHeaders(): Readonly<OutgoingHttpHeaders> {
    return this.reply.getHeaders();
  }

  getHeader(name: string): number | string | string[] | undefined {
    return this.reply.getHeader(name);
  }

  removeHeader(name: string): void {
    this.reply.removeHeader(name);
    this.response.removeHeader(name);
  }
}
