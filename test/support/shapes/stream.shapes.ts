import { Controller, Get, Res, StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Session } from 'nestjs-sessions';
import { count, shapesOf } from './handler-shape.js';

const FILE = fileURLToPath(new URL('./views/page.txt', import.meta.url));

async function* pieces(): AsyncGenerator<string> {
  for (const piece of ['one, ', 'two, ', 'three']) {
    await pause(1);
    yield piece;
  }
}

@Controller('streams')
class Streams {
  @Get('streamable-file') streamableFile(@Session() session: Session): StreamableFile {
    count(session);
    return new StreamableFile(Buffer.from('a file'));
  }

  @Get('streamable-stream') streamableStream(@Session() session: Session): StreamableFile {
    count(session);
    return new StreamableFile(Readable.from(pieces(), { objectMode: false }));
  }

  @Get('send-file') sendFile(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.sendFile(FILE);
  }

  @Get('download') download(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.download(FILE, 'report.txt');
  }

  @Get('pipe') pipe(@Session() session: Session, @Res() response: Response): void {
    count(session);
    createReadStream(FILE).pipe(response);
  }

  @Get('late-pipe') latePipe(@Session() session: Session, @Res() response: Response): void {
    const file = createReadStream(FILE);
    file.once('open', () => {
      count(session);
      file.pipe(response);
    });
  }

  @Get('pipeline') async pipeline(@Session() session: Session, @Res() response: Response): Promise<void> {
    count(session);
    await pipeline(pieces, response);
  }

  @Get('write-head') writeHead(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.write('one, ');
    response.end('two');
  }

  @Get('write-head-end') writeHeadEnd(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.writeHead(200, { 'Content-Length': 4 }).end('body');
  }

  @Get('write') async write(@Session() session: Session, @Res() response: Response): Promise<void> {
    count(session);
    response.write('one, ');
    await pause(2);
    response.end('two');
  }

  @Get('timed-write') timedWrite(@Session() session: Session, @Res() response: Response): void {
    setTimeout(() => {
      count(session);
      response.write('one, ');
      response.end('two');
    }, 2);
  }

  @Get('flush') flush(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.flushHeaders();
    setTimeout(() => response.end('body'), 2);
  }
}

/** The headers are written before the body is complete. */
export const streamShapes = shapesOf({ controllers: [Streams], isStreamed: true }, [
  ['a StreamableFile', '/streams/streamable-file'],
  ['a StreamableFile of a stream that takes its time', '/streams/streamable-stream'],
  ['res.sendFile()', '/streams/send-file'],
  ['res.download()', '/streams/download'],
  ['a stream that is piped', '/streams/pipe'],
  ['a stream that is piped when it is open', '/streams/late-pipe'],
  ['a pipeline', '/streams/pipeline'],
  ['writeHead(), write() and end()', '/streams/write-head'],
  ['writeHead() and end()', '/streams/write-head-end'],
  ['write(), and end() later', '/streams/write'],
  ['write() and end() in a timer', '/streams/timed-write'],
  ['flushHeaders(), and end() later', '/streams/flush'],
]);
