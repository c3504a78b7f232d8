import { SessionsModule } from 'nestjs-sessions';
import { refusalOf, startUpErrorOf } from '../../support/http/start-up.js';

/** Of express-session and cookie-session, and what the error says to write here. */
const OPTIONS: readonly [string, object, RegExp][] = [
  ['resave', { resave: false }, /leave it out/],
  ['saveUninitialized', { saveUninitialized: false }, /leave it out/],
  ['rolling', { rolling: true }, /timeout|touchAfter/],
  ['name', { name: 'sid' }, /cookie\.name|cookie: \{ name/],
  ['unset', { unset: 'destroy' }, /destroy\(\)/],
  ['proxy', { proxy: true }, /trust proxy/],
  ['genid', { genid: () => 'x' }, /generateId/],
  ['keys', { keys: ['secret'] }, /secret/],
  ['maxAge', { maxAge: 60_000 }, /timeout/],
  ['cookie.maxAge', { cookie: { maxAge: 60_000 } }, /timeout/],
  ['cookie.expires', { cookie: { expires: new Date() } }, /timeout/],
  ['cookie.overwrite', { cookie: { overwrite: true } }, /leave it out/],
  ['cookie.signed', { cookie: { signed: true } }, /secret/],
];

describe('An option of another library', () => {
  it.each(OPTIONS)('is refused with what to write here: %s', async (name, options, instead) => {
    const message = await refusalOf(options);

    expect(message).toContain(`"${name.replace('cookie.', '')}"`);
    expect(message).toMatch(instead);
    expect(message).not.toContain('Did you mean');
  });

  it('is refused also when it comes late', async () => {
    const imports = [SessionsModule.forRootAsync({ useFactory: async () => ({ resave: false }) as object })];

    expect(await startUpErrorOf(() => imports)).toMatch(/"resave".*leave it out/);
  });
});

describe('An option that nobody knows', () => {
  it.each([
    [{ timeuot: 1 }, 'timeout'],
    [{ Secret: 'x' }, 'secret'],
    [{ cookie: { samesite: 'lax' } }, 'sameSite'],
    [{ lock: { waits: 1 } }, 'wait'],
    [{ cleanup: { corn: '* * * * *' } }, 'cron'],
  ])('is refused with the known one that is near: %j', async (options, nearest) => {
    expect(await refusalOf(options)).toMatch(new RegExp(`Did you mean "${nearest}"\\?`));
  });

  it.each([[{ banana: 1 }], [{ x: 1 }], [{ cookie: { favouriteColour: 'red' } }], [{ lock: { strategy: 'fair' } }]])(
    'is refused without a guess when none is near: %j',
    async (options) => {
      const message = await refusalOf(options);

      expect(message).toMatch(/no option "(banana|x|favouriteColour|strategy)"/);
      expect(message).not.toContain('Did you mean');
    },
  );
});
