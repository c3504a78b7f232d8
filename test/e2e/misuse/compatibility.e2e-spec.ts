import { expressSession } from 'nestjs-sessions/express-session';
import { refusalOf } from '../../support/http/start-up.js';

describe('The option compatibility', () => {
  it.each([
    ['an empty object', {}],
    ['the function itself', expressSession],
    ['half of one', { open: () => ({}) }],
    ['the other half', { arrive: () => true }],
  ])('is expressSession(), and not %s', async (_, compatibility) => {
    expect(await refusalOf({ compatibility })).toBe(
      "compatibility must be expressSession(), a function of 'nestjs-sessions/express-session'",
    );
  });

  it.each([{ forRoutes: ['visits'] }, { exclude: ['health'] }])('is refused with %j', async (routes) => {
    expect(await refusalOf({ compatibility: expressSession(), ...routes })).toMatch(
      /cannot be combined with forRoutes or exclude: .*before the route is known/,
    );
  });

  it('takes no unknown option, and no asynchronous function', () => {
    expect(() => expressSession({ locks: true } as never)).toThrow(/expressSession\(\).*Did you mean "lock"/);
    expect(() => expressSession({ lock: async () => true } as never)).toThrow(
      /expressSession\(\): lock must be a function/,
    );
  });
});
