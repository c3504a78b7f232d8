import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a handler gets by `@Res()`, as far as Express and Fastify call it by the same names. */
export interface AnyReply {
  status(code: number): this;
  header(name: string, value: string): this;
  send(body?: unknown): unknown;
  /** Fastify keeps a status that is set already, as Nest does before the handler: say 302 first. */
  redirect(url: string): unknown;
}

/** Node's request, which is that of Express itself, and which Fastify's is laid around. */
export function nodeRequest(request: object): IncomingMessage {
  return 'raw' in request ? (request.raw as IncomingMessage) : (request as IncomingMessage);
}

/** Node's response, in the same way. */
export function nodeResponse(reply: object): ServerResponse {
  return 'raw' in reply ? (reply.raw as ServerResponse) : (reply as ServerResponse);
}

/** Fastify itself, of an application on it. */
export function fastifyOf(nest: INestApplication): FastifyInstance {
  return nest.getHttpAdapter().getInstance();
}
