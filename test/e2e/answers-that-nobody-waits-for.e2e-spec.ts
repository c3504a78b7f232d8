import {
  Controller,
  ForbiddenException,
  Get,
  Req,
  Res,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Response } from 'express';
import { Session, type SessionObject } from 'nestjs-sessions';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';

interface Touched {
  readonly session: SessionObject;
}

let loaded = new Gate();
let closed = new Gate();

/** Changes the session while its client is there, and once more when it has left. */
async function outliveClient({ session }: Touched, response: Response): Promise<void> {
  response.once('close', () => void closed.pass());
  await session.load();
  session.set('early', true);
  loaded.open();
  await closed.reached;
  session.set('late', true);
}

class SlowGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    await outliveClient(http.getRequest<Touched>(), http.getResponse<Response>());
    throw new ForbiddenException();
  }
}

@Controller()
class Pages {
  @Get('guarded') @UseGuards(SlowGuard) guarded(): string {
    return 'not for you';
  }

  @Get('returned') async returned(
    @Req() request: Touched,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    await outliveClient(request, response);
    return 'done';
  }

  @Get('sent') async sent(@Req() request: Touched, @Res() response: Response): Promise<void> {
    await outliveClient(request, response);
    response.status(201).json('done');
  }

  @Get('taken') async taken(
    @Session() session: Session,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    await outliveClient({ session }, response);
    return 'done';
  }
}

describe('Whoever still answers after the client has left has its changes committed', () => {
  beforeEach(() => {
    [closed, loaded] = [new Gate(), new Gate()];
  });

  it.each([
    ['guarded', 'a guard'],
    ['returned', 'a handler that did not take the session, and returns'],
    ['sent', 'a handler that did not take the session, and answers by itself'],
    ['taken', 'a handler that took it'],
  ])('%s: %s', async (route) => {
    const app = await startNotes({ controllers: [Pages], sessions: { lock: { wait: 5_000 } } });
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
    const exchange = new Exchange(`${app.url}/${route}`, { headers: { cookie: visitor.cookieHeader } });
    await loaded.pass();

    exchange.leave();

    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', early: true, late: true });
  });
});
