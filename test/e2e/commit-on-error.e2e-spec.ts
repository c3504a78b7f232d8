import {
  BadRequestException,
  Controller,
  Get,
  HttpCode,
  HttpException,
  ImATeapotException,
  Param,
  Res,
  UseGuards,
} from '@nestjs/common';
import { MemoryStore, Session, type CommitOnError } from 'nestjs-sessions';
import { type AnyReply } from '../support/http/any-platform.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { RejectingGuard } from '../support/http/rejecting-guard.js';

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('found') found(@Session() session: Session): unknown {
    return session.get('found');
  }

  @Get('fails/:status') fails(@Session() session: Session, @Param('status') status: string): never {
    session.set('found', status);
    throw status === '418' ? new ImATeapotException() : new HttpException('failed', Number(status));
  }

  @Get('answers-400') answers(@Session() session: Session): void {
    session.set('found', '400');
    throw new BadRequestException();
  }

  @Get('leaves/:status') async leaves(@Session() session: Session, @Param('status') status: string): Promise<never> {
    await session.destroy();
    throw new HttpException('failed', Number(status));
  }

  @Get('code-404') @HttpCode(404) code(@Session() session: Session): string {
    session.set('found', 'code-404');
    return 'nothing here';
  }

  @Get('sent-404') sent(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'sent-404');
    reply.status(404).send('nothing here');
  }

  @Get('guarded') @UseGuards(RejectingGuard) guarded(@Session() session: Session): void {
    session.set('found', 'handler');
  }

  @Get('ok') ok(@Session() session: Session): void {
    session.set('found', 'ok');
  }
}

describe.each(PLATFORMS)('commitOnError, on %s', (platform) => {
  let app: TestApp | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  async function found(commitOnError: CommitOnError | undefined, path: string): Promise<string> {
    app = await TestApp.start({
      platform,
      controllers: [Pages],
      sessions: { store: new MemoryStore(), ...(commitOnError === undefined ? {} : { commitOnError }) },
    });
    const visitor = app.browser();
    await visitor.get('/start');
    await visitor.get(path);
    return (await visitor.get('/found')).text;
  }

  it('is by default: stored below 500, discarded from there on', async () => {
    expect(await found(undefined, '/fails/499')).toBe('499');
    await app?.close();
    expect(await found(undefined, '/fails/500')).toBe('start');
  });

  it.each(['/fails/400', '/fails/500'])('true stores the changes of every request that fails: %s', async (path) => {
    expect(await found(true, path)).toBe(path.slice(-3));
  });

  it.each(['/fails/400', '/fails/500'])('false discards the changes of every request that fails: %s', async (path) => {
    expect(await found(false, path)).toBe('start');
  });

  it('decides about what a guard changed that turns the request away: its handler has not begun', async () => {
    expect(await found(false, '/guarded?status=403')).toBe('start');
    await app?.close();
    expect(await found(true, '/guarded?status=403')).toBe('guard');
  });

  it('false keeps the changes of a request that does not fail', async () => {
    expect(await found(false, '/ok')).toBe('ok');
  });

  it.each(['code-404', 'sent-404'])('false keeps those of a handler that succeeds with 404: %s', async (path) => {
    expect(await found(false, `/${path}`)).toBe(path);
  });

  it.each<[string, CommitOnError | undefined]>([
    ['by default', undefined],
    ['with false', false],
    [
      'with a function that throws',
      () => {
        throw new Error('listener');
      },
    ],
  ])('has no say in a logout, which is done when it is asked for: %s', async (_, commitOnError) => {
    for (const status of [400, 500]) {
      expect(await found(commitOnError, `/leaves/${status}`)).toBe('');
      await app?.close();
    }
  });

  it('a function is asked with the error and the status, and decides', async () => {
    const asked: [unknown, number][] = [];
    const commitOnError = (error: unknown, status: number): boolean => {
      asked.push([error, status]);
      return error instanceof ImATeapotException;
    };

    expect(await found(commitOnError, '/fails/418')).toBe('418');
    expect(asked[0]).toEqual([expect.any(ImATeapotException), 418]);
    await app?.close();

    expect(await found(commitOnError, '/fails/400')).toBe('start');
    expect(asked.at(-1)).toEqual([expect.any(HttpException), 400]);
  });

  it.each(['/fails/400', '/fails/500'])(
    'a function that throws stores nothing, and the log says so: %s',
    async (path) => {
      const commitOnError = (): never => {
        throw new Error('what the function threw');
      };

      expect(await found(commitOnError, path)).toBe('start');

      expect(app?.logs.matching(/commitOnError.*what the function threw/s, 'error')).toHaveLength(1);
    },
  );

  it('may throw what cannot be converted to text', async () => {
    const commitOnError = (): never => {
      throw Object.create(null) as Error;
    };

    expect(await found(commitOnError, '/fails/400')).toBe('start');
    expect(app?.logs.matching(/commitOnError.*cannot be converted to text/s, 'error')).toHaveLength(1);
  });

  it('a function is not asked about a request that does not fail', async () => {
    let isAsked = false;
    const commitOnError = (): boolean => {
      isAsked = true;
      return false;
    };

    expect(await found(commitOnError, '/ok')).toBe('ok');

    expect(isAsked).toBe(false);
  });
});
