import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Session } from 'nestjs-sessions';
import { count, shapesOf } from './handler-shape.js';

/** More than `maxBytes` of the application that has these routes. */
const TOO_LARGE = 'x'.repeat(10_000);

@Controller('not-awaited')
class NotAwaited {
  @Get('save') save(@Session() session: Session): unknown {
    const counted = count(session);
    void session.save();
    return counted;
  }

  @Get('save-timer') saveInTimer(@Session() session: Session, @Res() response: Response): void {
    count(session);
    void session.save();
    setTimeout(() => response.send({ saved: true }), 20);
  }

  @Get('destroy') destroy(@Session() session: Session): unknown {
    void session.destroy();
    return { destroyed: true };
  }

  @Get('destroy-json') destroyJson(@Session() session: Session, @Res() response: Response): void {
    void session.destroy();
    response.send({ destroyed: true });
  }

  @Get('destroy-redirect') destroyRedirect(@Session() session: Session, @Res() response: Response): void {
    void session.destroy();
    response.redirect('/start');
  }

  @Get('regenerate') regenerate(@Session() session: Session): unknown {
    void session.regenerate();
    return count(session);
  }

  @Get('with-lock') withLock(@Session() session: Session): unknown {
    void session.withLock((locked) => count(locked));
    return { counted: true };
  }

  @Get('too-large') tooLarge(@Session() session: Session, @Res() response: Response): void {
    session.set('page', TOO_LARGE);
    setTimeout(() => response.send({ stored: true }), 20);
  }

  @Get('twice') twice(@Session() session: Session, @Res() response: Response): void {
    response.send(count(session));
    setTimeout(() => response.status(200).send({ late: true }), 50);
  }
}

/** The handler does not wait for what it does to the session: nobody is there whom an error could be thrown at. */
export const notAwaitedShapes = shapesOf({ controllers: [NotAwaited], status: 503 }, [
  ['void session.save()', '/not-awaited/save'],
  ['void session.save() and a reply in a timer', '/not-awaited/save-timer'],
  ['void session.destroy()', '/not-awaited/destroy'],
  ['void session.destroy() and res.send()', '/not-awaited/destroy-json'],
  ['void session.destroy() and res.redirect()', '/not-awaited/destroy-redirect'],
  ['void session.regenerate()', '/not-awaited/regenerate'],
  ['void session.withLock()', '/not-awaited/with-lock'],
  ['a session that is too large, and a reply in a timer', '/not-awaited/too-large', { status: 500 }],
  ['a reply, and a second one in a timer after the error of ours', '/not-awaited/twice'],
]);
