import { Module, type DynamicModule } from '@nestjs/common';
import { SessionsModule } from 'nestjs-sessions';
import { startNotes } from '../../support/http/notes-app.js';
import { startUpErrorOf } from '../../support/http/start-up.js';

const async = (): DynamicModule => SessionsModule.forRootAsync({ useFactory: () => ({ timeout: 60_000 }) });

function feature(imported: DynamicModule): new () => object {
  @Module({ imports: [imported] })
  class Feature {}
  return Feature;
}

describe('SessionsModule', () => {
  it.each<[string, () => Parameters<typeof feature>[0][]]>([
    ['forRoot() with options that differ', () => [SessionsModule.forRoot(), SessionsModule.forRoot({ debug: true })]],
    ['forRoot() with the same options', () => [SessionsModule.forRoot({}), SessionsModule.forRoot({})]],
    ['forRoot() and forRootAsync()', () => [SessionsModule.forRoot(), async()]],
    ['forRootAsync() and forRootAsync()', () => [async(), async()]],
  ])('twice in one application is refused: %s', async (_, imported) => {
    const message = /SessionsModule.*(twice|two|once|second)/;

    expect(await startUpErrorOf(imported)).toMatch(message);
    expect(await startUpErrorOf(() => imported().map(feature))).toMatch(message);
  });

  it('twice is refused also when neither is global', async () => {
    const local = (): DynamicModule => SessionsModule.forRoot({ isGlobal: false });

    expect(await startUpErrorOf(() => [feature(local()), feature(local())])).toMatch(/SessionsModule/);
  });

  it('as one object that several modules import is one module', async () => {
    const sessions = SessionsModule.forRoot({ isGlobal: false });
    const app = await startNotes({ imports: [sessions, feature(sessions), feature(sessions)], sessions: false });
    const visitor = app.browser();

    expect((await visitor.post('/notes', { a: 1 })).status).toBe(201);
    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
  });

  it('is refused with null in place of options', async () => {
    expect(await startUpErrorOf(() => [SessionsModule.forRoot(null as never)])).toMatch(/SessionsModule.* object/);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a promise of undefined', Promise.resolve(undefined)],
    ['a promise of null', Promise.resolve(null)],
    ['a string', 'secret'],
  ])('is refused when its factory returns %s, as one without a return does', async (_, options) => {
    const useFactory = (): never => options as never;
    class Options {
      createSessionsOptions = useFactory;
    }

    for (const from of [{ useFactory }, { useClass: Options }]) {
      const message = await startUpErrorOf(() => [SessionsModule.forRootAsync(from)]);
      expect(message).toMatch(/SessionsModule/);
      expect(message).toMatch(/object|return/);
    }
  });

  it('takes a factory that returns no option at all', async () => {
    const imports = [SessionsModule.forRootAsync({ useFactory: () => ({}) })];
    const app = await startNotes({ imports, sessions: false });

    expect((await app.browser().post('/notes', { a: 1 })).status).toBe(201);
  });
});
