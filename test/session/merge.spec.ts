import { mergeByKey } from '../../lib/session/data/merge.js';
import type { SessionBag } from '../../lib/session/data/serializer.js';

function bag(json: string): SessionBag {
  return Object.setPrototypeOf(JSON.parse(json), null) as SessionBag;
}

function merged(base: string, mine: string, newest: string): string {
  return JSON.stringify(mergeByKey(bag(base), bag(mine), bag(newest)));
}

describe('the changes of two requests', () => {
  it.each<[string, string, string, string, string]>([
    ['of different keys both stay', '{"a":1,"b":1}', '{"a":2,"b":1}', '{"a":1,"b":2}', '{"a":2,"b":2}'],
    ['of the same key leave that of the last', '{"a":1}', '{"a":2}', '{"a":3}', '{"a":2}'],
    ['add keys of both', '{}', '{"a":1}', '{"b":1}', '{"b":1,"a":1}'],
    ['delete a key that only the last one deleted', '{"a":1,"b":1}', '{"b":1}', '{"a":2,"b":1}', '{"b":1}'],
    ['bring no key back that the last one only read', '{"a":1,"b":1}', '{"a":1,"b":2}', '{"b":1}', '{"b":2}'],
    ['leave a key alone that the last one only read', '{"a":[1]}', '{"a":[1]}', '{"a":[1,2]}', '{"a":[1,2]}'],
    [
      'take a value as a whole',
      '{"a":{"x":1,"y":1}}',
      '{"a":{"x":2,"y":1}}',
      '{"a":{"x":1,"y":2}}',
      '{"a":{"x":2,"y":1}}',
    ],
    ['delete nothing twice', '{"a":1}', '{}', '{}', '{}'],
    ['set null, which is a value', '{"a":1}', '{"a":null}', '{"a":1}', '{"a":null}'],
    [
      'take __proto__ for the key that it is',
      '{"b":1}',
      '{"b":1,"__proto__":{"c":1}}',
      '{"b":1}',
      '{"b":1,"__proto__":{"c":1}}',
    ],
  ])('%s', (_, base, mine, newest, expected) => {
    expect(merged(base, mine, newest)).toBe(expected);
  });

  it('take a value that is undefined for one that is absent', () => {
    const mine = bag('{"a":1,"b":1}');
    mine['a'] = undefined;

    expect(mergeByKey(bag('{"a":1}'), mine, bag('{"a":1,"c":1}'))).toEqual({ b: 1, c: 1 });
  });
});
