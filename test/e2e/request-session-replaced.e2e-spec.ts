import { Controller, Get, type INestApplication, Req } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { startNotes } from '../support/notes-app.js';

@Controller()
class Pages {
  @Get('visit') visit(@Session() session: Session, @Req() request: { session: unknown }): number {
    const visits = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    request.session = null;
    return visits;
  }
}

describe('Something else in the place of request.session', () => {
  it('takes nothing from a handler that has its session: it is stored and unlocked', async () => {
    const app = await startNotes({ controllers: [Pages], sessions: { lock: { wait: 100 } } });
    const visitor = app.browser();

    expect((await visitor.get('/visit')).text).toBe('1');
    expect((await visitor.get('/visit')).text).toBe('2');
    expect((await visitor.get('/visit')).text).toBe('3');
  });

  it('is an error that says so, when it comes before the handler', async () => {
    const replaceSession = (app: INestApplication): unknown =>
      app.useGlobalGuards({
        canActivate: (context) => {
          context.switchToHttp().getRequest<{ session: unknown }>().session = {};
          return true;
        },
      });
    const app = await startNotes({ controllers: [Pages], configure: replaceSession });

    expect((await app.browser().get('/visit')).status).toBe(500);
    expect(app.logs.matching(/SessionsConfigError: .* Nothing else may set request\.session/)).toHaveLength(1);
  });
});
