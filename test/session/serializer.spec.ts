import { SessionNotSerializableError, SessionTooLargeError } from '../../lib/errors/index.js';
import { assertSerializable, assertSize, deserialize, emptyBag, serialize } from '../../lib/session/data/serializer.js';

class Cart {
  readonly items: string[] = [];
}

function cycle(): object {
  const outer: Record<string, unknown> = {};
  outer['inner'] = [{ outer }];
  return outer;
}

function nested(levels: number): object {
  let value: object = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}

function sparse(): unknown[] {
  const array: unknown[] = [];
  array[2] = 'third';
  return array;
}

describe('the serializer', () => {
  it.each<[string, unknown, RegExp]>([
    ['a date', new Date(0), /a Date/],
    ['a map', new Map(), /a Map/],
    ['a set', new Set(), /a Set/],
    ['a regular expression', /x/, /a RegExp/],
    ['bytes', Buffer.from('x'), /a Buffer/],
    ['an error', new Error('x'), /an? Error/],
    ['an instance of a class', new Cart(), /a Cart/],
    ['an instance that has lost its class', Object.create(Object.create(Object.create(null))), /a class instance/],
    ['a boxed string', Object('x'), /a String/],
    ['NaN', NaN, /the number NaN/],
    ['Infinity', -Infinity, /the number -Infinity/],
    ['a BigInt', 1n, /a bigint/],
    ['a symbol', Symbol('x'), /a symbol/],
    ['a function', () => 'x', /a function/],
    ['undefined in an array', [1, undefined], /undefined in an array/],
    ['a hole in an array', sparse(), /undefined in an array/],
    ['a cycle', cycle(), /refers to itself/],
    ['nesting without end', nested(201), /nested deeper than 200/],
    ['a toJSON() of its own', { toJSON: () => 'x' }, /toJSON/],
  ])('refuses %s, however deep it is, and names the key', (_, value, what) => {
    for (const data of [value, { list: [{ value }] }]) {
      let error: unknown;
      try {
        assertSerializable('cart', data);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(SessionNotSerializableError);
      expect(error).toMatchObject({ code: 'SESSION_NOT_SERIALIZABLE', status: 500, key: 'cart' });
      expect(String(error)).toContain('"cart"');
      expect(String(error)).toMatch(what);
    }
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['text with NUL, lone surrogates and line separators', '\0 \ud800 \u2028 "quoted" \\ é 🍪'],
    ['the largest and smallest numbers', [Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53 + 2, -1.5]],
    ['empty objects, arrays and keys', { '': [{}, []] }],
    ['the same object twice', ((shared) => [shared, shared])({ a: 1 })],
    ['an object without a prototype', Object.assign(emptyBag(), { a: 1 })],
    ['an object of another realm', structuredClone({ a: [{ b: 1 }] })],
    ['200 levels', nested(200)],
    ['a property that is called like a member', { constructor: 1, hasOwnProperty: 2, length: 3, toJSON: 4 }],
  ])('keeps %s', (_, value) => {
    const bag = emptyBag();
    bag['key'] = value;

    expect(() => assertSerializable('key', value)).not.toThrow();
    expect(JSON.stringify(deserialize(serialize(bag))?.['key'])).toBe(JSON.stringify(value));
  });

  it('takes an undefined property for an absent one', () => {
    expect(() => assertSerializable('key', { a: undefined })).not.toThrow();
  });

  it('looks at nothing that is inherited, as JSON does not: others may have added to all objects', () => {
    Object.defineProperty(Object.prototype, 'added', { value: () => 1, enumerable: true, configurable: true });
    try {
      expect(() => assertSerializable('cart', { items: [{ name: 'apple' }] })).not.toThrow();
    } finally {
      Reflect.deleteProperty(Object.prototype, 'added');
    }
  });

  it('names the key where JSON itself fails', () => {
    const bag = emptyBag();
    bag['fine'] = 1;
    bag['loop'] = cycle();

    expect(() => serialize(bag)).toThrow(/"loop"/);
  });

  it.each(['', '{', 'null', '[]', '1', '"text"', '{"a":', '\0', '{"a":1}trailing'])(
    'takes %j for a record that cannot be decoded',
    (text) => {
      expect(deserialize(text)).toBeUndefined();
    },
  );

  it('gives no key a meaning: __proto__ and its like are data, and come back', () => {
    const text =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"deep":{"__proto__":{"polluted":1}}}';
    const bag = deserialize(text)!;

    expect(Object.keys(bag)).toEqual(['__proto__', 'constructor', 'deep']);
    expect(Object.getPrototypeOf(bag)).toBeNull();
    expect('polluted' in {}).toBe(false);
    expect('polluted' in bag).toBe(false);
    expect(serialize(bag)).toBe(text);
  });

  it('measures the size in bytes, and refuses what is one byte too long', () => {
    expect(() => assertSize('x'.repeat(90), 90)).not.toThrow();
    expect(() => assertSize('é'.repeat(45), 90)).not.toThrow();
    expect(() => assertSize('x'.repeat(91), 90)).toThrow(SessionTooLargeError);
    expect(() => assertSize('é'.repeat(46), 90)).toThrow(expect.objectContaining({ bytes: 92, maxBytes: 90 }));
    expect(() => assertSize('🍪'.repeat(23), 90)).toThrow(/92 bytes, more than maxBytes \(90\)/);
  });
});
