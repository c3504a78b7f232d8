import { loud } from '../../lib/session/object/loud-proxy.js';

class Thing {
  hidden = ['a', 'field'];

  get(key: string): string {
    return `the value of ${key}`;
  }

  get size(): number {
    return this.hidden.length;
  }
}

/** As code that is not strict does it, where a trap that returns false would be silent. */
// eslint-disable-next-line @typescript-eslint/no-implied-eval
const sloppy = (body: string): ((target: object) => unknown) => new Function('target', body) as never;

describe('an object that is loud', () => {
  let thing: Thing;
  beforeEach(() => (thing = loud(new Thing())));

  it('is read as it was', () => {
    expect([thing.get('a'), thing.size, 'get' in thing, Object.keys(thing)]).toEqual([
      'the value of a',
      2,
      true,
      ['hidden'],
    ]);
    expect(thing).toBeInstanceOf(Thing);
  });

  it.each([
    'target.visits = 1',
    '"use strict"; target.visits = 1',
    'target.visits ??= 1',
    'Object.assign(target, { visits: 1 })',
  ])('refuses a key that is no member, and says what to write: %s', (code) => {
    expect(() => sloppy(code)(thing)).toThrow(TypeError);
    expect(() => sloppy(code)(thing)).toThrow(
      "session.visits = ... would store nothing. Write session.set('visits', ...) or session.data.visits = ...",
    );
    expect('visits' in thing).toBe(false);
  });

  it.each(['delete target.visits', '"use strict"; delete target.visits'])(
    'refuses to delete a key that is not its own, and says what to write: %s',
    (code) => {
      expect(() => sloppy(code)(thing)).toThrow(TypeError);
      expect(() => sloppy(code)(thing)).toThrow(
        "delete session.visits would delete nothing. Write session.delete('visits') or delete session.data.visits",
      );
    },
  );

  it.each(['size', 'get', 'hidden'])('refuses a value in place of a member: %s', (member) => {
    expect(() => sloppy(`target.${member} = 1`)(thing)).toThrow(TypeError);
    expect(() => sloppy(`target.${member} = 1`)(thing)).toThrow(
      `session.${member} is a member of the session and cannot be assigned. Data are changed by session.set()`,
    );
  });

  it('lets a function be laid over a member, and taken away again, as test spies do', () => {
    thing.get = () => 'of the spy';
    expect(thing.get('a')).toBe('of the spy');
    Reflect.deleteProperty(thing, 'get');
    expect(thing.get('a')).toBe('the value of a');
  });

  it('lets a spy be taken away twice, as jest does with restoreMocks', () => {
    thing.get = () => 'of the spy';
    Reflect.deleteProperty(thing, 'get');

    expect(() => Reflect.deleteProperty(thing, 'get')).not.toThrow();
    expect(thing.get('a')).toBe('the value of a');
  });

  it('lets symbols and defineProperty pass: no mistake of an application looks like that', () => {
    const symbol = Symbol('of a library');
    Reflect.set(thing, symbol, 1);
    Object.defineProperty(thing, 'defined', { value: 2, configurable: true });

    expect([Reflect.get(thing, symbol), Reflect.get(thing, 'defined')]).toEqual([1, 2]);
    expect(Reflect.deleteProperty(thing, symbol) && Reflect.deleteProperty(thing, 'defined')).toBe(true);
    expect(Reflect.ownKeys(thing)).toEqual(['hidden']);
  });
});
