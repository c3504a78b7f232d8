import { Controller, Sse, type MessageEvent } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { concatMap, delay, from, map, of, type Observable } from 'rxjs';
import { count, shapesOf } from './handler-shape.js';

@Controller('events')
class Events {
  @Sse('with-lock') withLock(@Session() session: Session): Observable<MessageEvent> {
    return from(session.withLock((locked) => count(locked))).pipe(map((data) => ({ data })));
  }

  @Sse('saves') saves(@Session() session: Session): Observable<MessageEvent> {
    return of(0).pipe(
      delay(2),
      concatMap(async () => {
        const data = count(session);
        await session.save();
        return { data };
      }),
    );
  }

  @Sse('at-the-end') atTheEnd(@Session() session: Session): Observable<MessageEvent> {
    return of(0).pipe(
      delay(2),
      map(() => ({ data: count(session) })),
    );
  }
}

/** Nest sends the headers before the handler runs, and the session is unlocked: to count needs a lock of its own. */
export const sseShapes = shapesOf({ controllers: [Events], isStreamed: true }, [
  ['@Sse() that counts in withLock()', '/events/with-lock'],
  ['@Sse() that saves by itself', '/events/saves'],
  ['@Sse() that is stored at its end', '/events/at-the-end'],
]);
