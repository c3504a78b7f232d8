import { BadRequestException, Controller, InternalServerErrorException, Post } from '@nestjs/common';
import { Session, type CommitOnError } from 'nestjs-sessions';
import { unhandledRejections } from '../../support/basics/unhandled-rejections.js';
import { startNotes } from '../../support/http/notes-app.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import { refusalOf } from '../../support/http/start-up.js';

@Controller()
class Pages {
  @Post('refused') refused(@Session() session: Session): void {
    session.set('visits', 1);
    throw new BadRequestException();
  }

  @Post('broken') broken(@Session() session: Session): void {
    session.set('visits', 1);
    throw new InternalServerErrorException();
  }
}

/** Each of them counts as true to a careless condition. */
const ANSWERS: readonly [string, () => unknown][] = [
  ['a promise of false', () => Promise.resolve(false)],
  ['a promise of true', () => Promise.resolve(true)],
  ['a promise that is rejected', () => Promise.reject(new Error('the rights are not there'))],
  ['a thenable', () => ({ then: (resolve: (value: boolean) => void) => resolve(false) })],
  ['a text', () => 'no'],
  ['a number', () => 1],
  ['an object', () => ({})],
];

describe.each(PLATFORMS)('commitOnError, on %s', (platform) => {
  const rejections = unhandledRejections();

  it('that is an async function is refused at the start', async () => {
    expect(await refusalOf({ commitOnError: async () => false })).toMatch(/^commitOnError .*(promise|async)/);
  });

  it.each(ANSWERS)('that answers with %s is an error in the log, and nothing is stored', async (_, answer) => {
    const commitOnError = answer as CommitOnError;
    const app = await startNotes({ platform, controllers: [Pages], sessions: { commitOnError } });
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });

    for (const [path, status] of [
      ['/refused', 400],
      ['/broken', 500],
    ] as const) {
      const reply = await visitor.post(path);
      expect([reply.status, reply.setCookies]).toEqual([status, []]);
    }
    // What repeats may be one line.
    expect(app.logs.matching(/commitOnError.*(true or false|boolean)/, 'error').length).toBeGreaterThan(0);
    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann' });

    const stranger = app.browser();
    expect((await stranger.post('/refused')).setCookies).toEqual([]);
    expect(rejections).toEqual([]);
  });
});
