import { type CanActivate, Controller, type ExecutionContext, Get, Query, UseGuards } from '@nestjs/common';
import { Session, type SessionObject } from 'nestjs-sessions';
import type { AnyReply } from '../support/http/any-platform.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';

/** Locks the session, changes it, and answers in the place of the handler. */
class AnsweringGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { session, query } = http.getRequest<{ session: SessionObject; query: { then: string } }>();
    await session.load();
    session.set('turnedAway', true);
    http.getResponse<AnyReply>().status(403).send('not you');
    if (query.then === 'hangs') await new Promise(() => undefined);
    if (query.then === 'throws') throw new Error('after the answer');
    return query.then === 'passes';
  }
}

@Controller()
class Pages {
  @Get('guarded') @UseGuards(AnsweringGuard) guarded(@Session() session: Session, @Query('then') then: string): string {
    session.set('then', then);
    return 'handler';
  }
}

describe.each(PLATFORMS)('A guard that answers by itself, on %s', (platform) => {
  it.each(['refuses', 'throws', 'hangs', 'passes'])('leaves no lock behind when it then %s', async (then) => {
    const sessions = { store: distantMemory(), lock: { wait: 2_000 } };
    const app = await startNotes({ platform, controllers: [Pages], sessions });
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });

    expect(await visitor.get(`/guarded?then=${then}`)).toMatchObject({ status: 403, text: 'not you' });
    expect((await visitor.get('/notes')).json()).toMatchObject({ user: 'ann', turnedAway: true });
    expect((await visitor.get('/notes')).status).toBe(200);
  });
});
