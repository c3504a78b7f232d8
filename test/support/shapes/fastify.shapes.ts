import { Controller, Get, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { EventEmitter } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Session } from 'nestjs-sessions';
import { PLATFORMS } from '../http/platforms.js';
import { count, shapesOf, type HandlerShape } from './handler-shape.js';

const FILE = fileURLToPath(new URL('./views/page.txt', import.meta.url));

@Controller('reply')
class Replies {
  readonly #events = new EventEmitter().setMaxListeners(0);

  @Get('send') send(@Session() session: Session, @Res() reply: FastifyReply): void {
    void reply.send(count(session));
  }

  @Get('text') text(@Session() session: Session, @Res() reply: FastifyReply): void {
    void reply.type('text/plain').send(`n is ${count(session).n}`);
  }

  @Get('bytes') bytes(@Session() session: Session, @Res() reply: FastifyReply): void {
    void reply.send(Buffer.from(`n is ${count(session).n}`));
  }

  @Get('nothing') nothing(@Session() session: Session, @Res() reply: FastifyReply): void {
    count(session);
    void reply.code(202).send();
  }

  @Get('redirect') redirect(@Session() session: Session, @Res() reply: FastifyReply): void {
    count(session);
    // Nest has set the status of the method before.
    void reply.redirect('/n', 302);
  }

  @Get('passthrough')
  passthrough(@Session() session: Session, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    void reply.status(203);
    return count(session);
  }

  @Get('callback') callback(@Session() session: Session, @Res() reply: FastifyReply): void {
    void readFile(FILE).then(() => reply.send(count(session)));
  }

  @Get('timer') timer(@Session() session: Session, @Res() reply: FastifyReply): void {
    setTimeout(() => void reply.send(count(session)), 5);
  }

  @Get('async-timer') async asyncTimer(@Session() session: Session, @Res() reply: FastifyReply): Promise<void> {
    await pause(1);
    setTimeout(() => void reply.send(count(session)), 5);
  }

  @Get('event') event(@Session() session: Session, @Res() reply: FastifyReply): void {
    this.#events.once('done', () => void reply.send(count(session)));
    setTimeout(() => this.#events.emit('done'), 2);
  }

  @Get('twice') twice(@Session() session: Session, @Res() reply: FastifyReply): void {
    void reply.send(count(session));
    void reply.send({ second: true });
  }

  @Get('throws-afterwards') throwsAfterwards(@Session() session: Session, @Res() reply: FastifyReply): never {
    void reply.send(count(session));
    throw new Error('after the reply');
  }

  @Get('goes-on') async goesOn(@Session() session: Session, @Res() reply: FastifyReply): Promise<void> {
    void reply.send(count(session));
    await pause(2);
  }

  @Get('not-found') notFound(@Session() session: Session, @Res() reply: FastifyReply): void {
    count(session);
    setTimeout(() => reply.callNotFound(), 2);
  }

  @Get('raw') raw(@Session() session: Session, @Res() reply: FastifyReply): void {
    reply.raw.end(`n is ${count(session).n}`);
  }

  @Get('raw-timer') rawTimer(@Session() session: Session, @Res() reply: FastifyReply): void {
    setTimeout(() => reply.raw.end(`n is ${count(session).n}`), 2);
  }

  @Get('hijack') hijack(@Session() session: Session, @Res() reply: FastifyReply): void {
    reply.hijack();
    setTimeout(() => reply.raw.end(`n is ${count(session).n}`), 2);
  }
}

@Controller('reply-streams')
class ReplyStreams {
  @Get('file') file(@Session() session: Session): StreamableFile {
    count(session);
    return new StreamableFile(createReadStream(FILE));
  }

  @Get('send') send(@Session() session: Session, @Res() reply: FastifyReply): void {
    count(session);
    void reply.send(createReadStream(FILE));
  }

  @Get('web') web(@Session() session: Session, @Res() reply: FastifyReply): void {
    count(session);
    void reply.send(Readable.toWeb(Readable.from([Buffer.from('one, '), Buffer.from('two')])));
  }

  @Get('pipe') pipe(@Session() session: Session, @Res() reply: FastifyReply): void {
    count(session);
    createReadStream(FILE).pipe(reply.raw);
  }

  @Get('hijack') hijack(@Session() session: Session, @Res() reply: FastifyReply): void {
    reply.hijack();
    setTimeout(() => {
      count(session);
      reply.raw.writeHead(200, { 'Content-Type': 'text/plain' }).write('one, ');
      reply.raw.end('two');
    }, 2);
  }
}

/** The handler answers by Fastify's reply, or past it. */
export const fastifyShapes: readonly HandlerShape[] = PLATFORMS.includes('fastify')
  ? shapesOf({ platform: 'fastify', controllers: [Replies, ReplyStreams] }, [
      ['reply.send()', '/reply/send'],
      ['reply.send() of text', '/reply/text'],
      ['reply.send() of bytes', '/reply/bytes'],
      ['reply.send() of nothing', '/reply/nothing', { status: 202 }],
      ['reply.redirect()', '/reply/redirect', { status: 302 }],
      ['@Res({ passthrough: true }), on Fastify', '/reply/passthrough', { status: 203 }],
      ['a reply in a callback, on Fastify', '/reply/callback'],
      ['a reply in a timer, on Fastify', '/reply/timer'],
      ['a reply in a timer of an async handler', '/reply/async-timer'],
      ['a reply in a listener of an EventEmitter, on Fastify', '/reply/event'],
      ['reply.send() twice', '/reply/twice'],
      ['an error that is thrown after the reply, on Fastify', '/reply/throws-afterwards'],
      ['a handler that goes on after its reply, on Fastify', '/reply/goes-on'],
      ['reply.callNotFound()', '/reply/not-found', { status: 404 }],
      ['reply.raw.end()', '/reply/raw'],
      ['reply.raw.end() in a timer', '/reply/raw-timer'],
      ['reply.hijack(), and reply.raw.end() in a timer', '/reply/hijack', { reachesFilters: false }],
      ['a StreamableFile, on Fastify', '/reply-streams/file', { isStreamed: true }],
      ['reply.send() of a stream', '/reply-streams/send', { isStreamed: true }],
      ['reply.send() of a web stream', '/reply-streams/web', { isStreamed: true }],
      ['a stream that is piped to reply.raw', '/reply-streams/pipe', { isStreamed: true }],
      ['reply.hijack(), writeHead(), write() and end()', '/reply-streams/hijack', { isStreamed: true }],
    ])
  : [];
