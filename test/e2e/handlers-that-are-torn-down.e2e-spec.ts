import {
  Controller,
  Get,
  RequestTimeoutException,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { merge, Observable, switchMap, throwError } from 'rxjs';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

let isSubscribed = new Gate();
let isTornDown = false;

/** Does what `timeout()` of RxJS does, as soon as the handler is at work: how long that takes does not matter. */
class TimeoutInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    const timeout = new Observable<void>((subscriber) => void isSubscribed.reached.then(() => subscriber.next()));
    const failure = timeout.pipe(switchMap(() => throwError(() => new RequestTimeoutException())));
    return merge(next.handle(), failure);
  }
}

@Controller()
class Pages {
  @Get('polls') @UseInterceptors(TimeoutInterceptor) polls(@Session() session: Session): Observable<number> {
    session.set('polled', true);
    return new Observable(() => {
      void isSubscribed.pass();
      return () => (isTornDown = true);
    });
  }
}

describe.each(PLATFORMS)('A handler whose Observable an outer interceptor tears down, on %s', (platform) => {
  beforeEach(() => {
    isSubscribed = new Gate();
    isTornDown = false;
  });

  it('is unsubscribed, so that it does not poll for ever, and leaves no lock behind', async () => {
    const app = await startNotes({ platform, controllers: [Pages], sessions: { lock: { wait: 2_000 } } });
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });

    expect((await visitor.get('/polls')).status).toBe(408);

    expect(isTornDown).toBe(true);
    expect((await visitor.get('/notes')).json()).toMatchObject({ user: 'ann' });
  });
});
