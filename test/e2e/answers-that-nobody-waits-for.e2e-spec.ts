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
import { Session, type SessionObject } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

interface Touched {
  readonly session: SessionObject;
}

let loaded = new Gate();
let closed = new Gate();

/** Changes the session while its client is there, and once more when it has left. */
async function outliveClient({ session }: Touched, reply: AnyReply): Promise<void> {
  nodeResponse(reply).once('close', () => void closed.pass());
  await session.load();
  session.set('early', true);
  loaded.open();
  await closed.reached;
  session.set('late', true);
}

class SlowGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    await outliveClient(http.getRequest<Touched>(), http.getResponse<AnyReply>());
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
    @Res({ passthrough: true }) reply: AnyReply,
  ): Promise<string> {
    await outliveClient(request, reply);
    return 'done';
  }

  @Get('sent') async sent(@Req() request: Touched, @Res() reply: AnyReply): Promise<void> {
    await outliveClient(request, reply);
    reply.status(201).send('done');
  }

  @Get('taken') async taken(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): Promise<string> {
    await outliveClient({ session }, reply);
    return 'done';
  }
}

describe.each(PLATFORMS)(
  'Whoever still answers after the client has left has its changes committed, on %s',
  (platform) => {
    beforeEach(() => {
      [closed, loaded] = [new Gate(), new Gate()];
    });

    it.each([
      ['guarded', 'a guard'],
      ['returned', 'a handler that did not take the session, and returns'],
      ['sent', 'a handler that did not take the session, and answers by itself'],
      ['taken', 'a handler that took it'],
    ])('%s: %s', async (route) => {
      const app = await startNotes({ platform, controllers: [Pages], sessions: { lock: { wait: 5_000 } } });
      const visitor = app.browser();
      await visitor.post('/notes', { user: 'ann' });
      const exchange = new Exchange(`${app.url}/${route}`, { headers: { cookie: visitor.cookieHeader } });
      await loaded.pass();

      exchange.leave();

      expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', early: true, late: true });
    });
  },
);
