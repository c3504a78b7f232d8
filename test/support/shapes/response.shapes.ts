import { Controller, Get, Next, Req, Res } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Session } from 'nestjs-sessions';
import { count, shapesOf } from './handler-shape.js';

const VIEWS = fileURLToPath(new URL('./views', import.meta.url));

/** An engine that answers later, as most do. */
export function useViews(app: NestExpressApplication): void {
  app.engine('txt', (path: string, options: object, callback: (error: unknown, page?: string) => void) =>
    readFile(path, 'utf8', (error, page) =>
      'fails' in options ? callback(new Error('the template fails')) : callback(error, page),
    ),
  );
  app.setBaseViewsDir(VIEWS);
  app.setViewEngine('txt');
}

@Controller('response')
class Responses {
  readonly #events = new EventEmitter().setMaxListeners(0);

  @Get('json') json(@Session() session: Session, @Res() response: Response): void {
    response.json(count(session));
  }

  @Get('jsonp') jsonp(@Session() session: Session, @Res() response: Response): void {
    response.jsonp(count(session));
  }

  @Get('send') send(@Session() session: Session, @Res() response: Response): void {
    response.send(`n is ${count(session).n}`);
  }

  @Get('send-status') sendStatus(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.sendStatus(202);
  }

  @Get('end') end(@Session() session: Session, @Res() response: Response): void {
    response.end(`n is ${count(session).n}`);
  }

  @Get('redirect') redirect(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.redirect('/n');
  }

  @Get('render') render(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.render('page');
  }

  @Get('render-callback') renderCallback(@Session() session: Session, @Res() response: Response): void {
    response.render('page', (_: unknown, page: string) => {
      count(session);
      response.send(page);
    });
  }

  @Get('passthrough')
  passthrough(@Session() session: Session, @Res({ passthrough: true }) response: Response): unknown {
    response.status(203);
    return count(session);
  }

  @Get('callback') callback(@Session() session: Session, @Res() response: Response): void {
    readFile(`${VIEWS}/page.txt`, () => response.json(count(session)));
  }

  @Get('timer') timer(@Session() session: Session, @Res() response: Response): void {
    setTimeout(() => response.json(count(session)), 5);
  }

  @Get('count-timer') countAndTimer(@Session() session: Session, @Res() response: Response): void {
    const counted = count(session);
    setTimeout(() => response.json(counted), 5);
  }

  @Get('not-awaited') notAwaited(@Session() session: Session, @Res() response: Response): void {
    void pause(2).then(() => response.json(count(session)));
  }

  @Get('event') event(@Session() session: Session, @Res() response: Response): void {
    this.#events.once('done', () => response.json(count(session)));
    setTimeout(() => this.#events.emit('done'), 2);
  }

  @Get('request-event')
  requestEvent(@Session() session: Session, @Req() request: Request, @Res() response: Response): void {
    request.once('end', () => setTimeout(() => response.json(count(session)), 2)).resume();
  }

  @Get('twice') twice(@Session() session: Session, @Res() response: Response): void {
    response.json(count(session));
    response.json({ second: true });
  }

  @Get('throws-afterwards') throwsAfterwards(@Session() session: Session, @Res() response: Response): never {
    response.json(count(session));
    throw new Error('after the reply');
  }

  @Get('goes-on') async goesOn(@Session() session: Session, @Res() response: Response): Promise<void> {
    response.json(count(session));
    await pause(2);
  }

  @Get('next') next(@Session() session: Session, @Next() next: NextFunction): void {
    session.has('n');
    setTimeout(next, 2);
  }

  @Get('missing') missing(@Session() session: Session, @Next() next: NextFunction): void {
    count(session);
    setTimeout(next, 2);
  }

  @Get('missing-file') missingFile(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.sendFile(`${VIEWS}/none.txt`);
  }
}

@Controller('response')
class SecondResponses {
  @Get('next') next(@Session() session: Session, @Res() response: Response): void {
    setTimeout(() => response.json(count(session)), 2);
  }
}

/** The handler answers by itself, with all of the body at once. */
export const responseShapes = shapesOf({ controllers: [Responses, SecondResponses], configure: useViews }, [
  ['res.json()', '/response/json'],
  ['res.jsonp()', '/response/jsonp?callback=f'],
  ['res.send()', '/response/send'],
  ['res.sendStatus()', '/response/send-status', { status: 202 }],
  ['res.end()', '/response/end'],
  ['res.redirect()', '/response/redirect', { status: 302 }],
  ['res.render()', '/response/render'],
  ['res.render() with a callback', '/response/render-callback'],
  ['@Res({ passthrough: true })', '/response/passthrough', { status: 203 }],
  ['a reply in a callback', '/response/callback'],
  ['a reply in a timer', '/response/timer'],
  ['a reply in a timer, of what was counted before', '/response/count-timer'],
  ['a reply after a promise that nobody awaits', '/response/not-awaited'],
  ['a reply in a listener of an EventEmitter', '/response/event'],
  ['a reply in an event of the request', '/response/request-event'],
  ['res.json() twice', '/response/twice'],
  ['an error that is thrown after the reply', '/response/throws-afterwards'],
  ['a handler that goes on after its reply', '/response/goes-on'],
  ['next() to a handler of another controller', '/response/next'],
  ['next() to no other handler', '/response/missing', { status: 404 }],
  ['res.sendFile() of a file that is not there', '/response/missing-file', { status: 404 }],
]);
