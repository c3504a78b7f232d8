import { jest } from '@jest/globals';
import { SessionNotSerializableError } from '../../lib/errors/index.js';
import { deserialize, emptyBag } from '../../lib/session/data/serializer.js';
import { TrackedData } from '../../lib/session/data/tracked-data.js';

function dataOf(text: string): TrackedData {
  const data = new TrackedData();
  load(data, text);
  return data;
}

function load(data: TrackedData, text: string): void {
  data.load(deserialize(text) ?? emptyBag(), text);
}

/** What the store would get; `undefined` when it has the same. */
function changesOf(data: TrackedData): string | undefined {
  return data.isChanged ? data.text() : undefined;
}

describe('the data of a session in one request', () => {
  it('begin empty and unchanged', () => {
    const data = new TrackedData();

    expect(data.isEmpty).toBe(true);
    expect(data.keys()).toEqual([]);
    expect(data.has('toString')).toBe(false);
    expect(data.get('constructor')).toBeUndefined();
    expect(changesOf(data)).toBeUndefined();
    expect(data.text()).toBe('{}');
  });

  it('hold what was set, in the order in which it was set', () => {
    const data = new TrackedData();
    data.set('b', 1);
    data.set('a', null);
    data.set('b', 2);

    expect(data.keys()).toEqual(['b', 'a']);
    expect(data.has('a')).toBe(true);
    expect(changesOf(data)).toBe('{"b":2,"a":null}');
  });

  it('lose a key that is deleted, or set to undefined', () => {
    const data = dataOf('{"a":1,"b":2}');

    expect(data.delete('a')).toBe(true);
    expect(data.delete('a')).toBe(false);
    data.set('b', undefined);
    expect(data.has('b')).toBe(false);
    expect(data.isEmpty).toBe(true);
    expect(changesOf(data)).toBe('{}');
  });

  it('are empty when all that is there is undefined', () => {
    const data = new TrackedData();
    data.bag['a'] = undefined;

    expect(data.isEmpty).toBe(true);
  });

  it('take for absent what is undefined, as it is after the next load', () => {
    const data = dataOf('{"a":1,"b":2}');
    data.bag['a'] = undefined;

    expect([data.has('a'), data.keys(), data.delete('a')]).toEqual([false, ['b'], false]);
    expect(data.text()).toBe('{"b":2}');
  });

  it.each<[string, string, unknown]>([
    ['a number that is written as null', 'null', NaN],
    ['a date that is written as the same text', 'date', new Date(0)],
  ])('refuse %s that was put in unseen, as soon as there is a change to write', (_, key, value) => {
    const data = dataOf('{"null":null,"date":"1970-01-01T00:00:00.000Z"}');
    data.bag[key] = value;
    data.set('visits', 1);

    expect(() => changesOf(data)).toThrow(SessionNotSerializableError);
  });

  it.each<[string, unknown]>([
    ['a function', () => 'x'],
    ['a symbol', Symbol('x')],
  ])('refuse %s that was put in unseen, although JSON shows no change: it would be lost without a word', (_, value) => {
    const data = dataOf('{"visits":1}');
    data.bag['new'] = value;

    expect(() => changesOf(data)).toThrow(SessionNotSerializableError);
  });

  it('are walked through only when their text differs: most requests read an object and change nothing', () => {
    const data = dataOf('{"cart":{"since":"1970-01-01T00:00:00.000Z"}}');
    (data.get('cart') as Record<string, unknown>)['since'] = new Date(0);

    expect(changesOf(data)).toBeUndefined();
  });

  it('see what is done to an object that was put in, also after it was stored', () => {
    const data = new TrackedData();
    const cart: string[] = [];
    data.set('cart', cart);
    data.stored(data.payload());
    cart.push('apple');

    expect(changesOf(data)).toBe('{"cart":["apple"]}');
  });

  it('are not serialised as long as nothing was set and no object was handed out', () => {
    const data = dataOf('{"visits":1,"cart":[]}');
    const stringify = jest.spyOn(JSON, 'stringify');
    try {
      expect([data.get('visits'), data.has('cart'), data.delete('user'), changesOf(data)]).toEqual([
        1,
        true,
        false,
        undefined,
      ]);
      expect(stringify).not.toHaveBeenCalled();
      data.set('visits', 2);
      data.stored(data.payload());
      stringify.mockClear();
      expect(changesOf(data)).toBeUndefined();
      expect(stringify).not.toHaveBeenCalled();
    } finally {
      stringify.mockRestore();
    }
  });

  it.each<[string, (data: TrackedData) => void]>([
    ['a value', (data) => data.set('visits', 2)],
    ['an object', (data) => data.set('cart', ['apple'])],
    ['something inside of an object', (data) => (data.get('seen') as number[]).push(1)],
  ])('are serialised once by a commit that changed %s: to compare them, and as payload', (_, change) => {
    const data = dataOf('{"visits":1,"seen":[]}');
    change(data);
    const stringify = jest.spyOn(JSON, 'stringify');
    try {
      const text = data.payload();
      expect(text).not.toBe(data.baseline);
      data.stored(text);
      expect(stringify).toHaveBeenCalledTimes(1);
    } finally {
      stringify.mockRestore();
    }
    expect(data.isChanged).toBe(false);
  });

  it('are still to be written when they are set while the write is under way', () => {
    const data = dataOf('{"visits":1}');
    data.set('visits', 2);
    const text = data.payload();
    data.set('visits', 3);
    data.stored(text);

    expect(changesOf(data)).toBe('{"visits":3}');
  });

  it('go back to what is stored', () => {
    const data = dataOf('{"a":1}');
    data.set('a', 2);
    data.set('b', 2);
    data.revert();

    expect({ ...data.bag }).toEqual({ a: 1 });
    expect(data.text()).toBe('{"a":1}');
    expect(changesOf(data)).toBeUndefined();
  });

  it('refuse at once what cannot be stored, and keep what they had', () => {
    const data = dataOf('{"when":"2030"}');

    expect(() => data.set('when', new Date())).toThrow(SessionNotSerializableError);
    expect(data.get('when')).toBe('2030');
    expect(changesOf(data)).toBeUndefined();
  });

  it.each<[string, (data: TrackedData) => void]>([
    ['a change inside of a value', (data) => (data.get('cart') as string[]).push('pear')],
    ['a change through the live object', (data) => (data.bag['visits'] = 2)],
    [
      'a value that was handed in and changed later',
      (data) => {
        const list = ['a'];
        data.set('list', list);
        data.stored(data.text());
        list.push('b');
      },
    ],
  ])('notice %s', (_, change) => {
    const data = dataOf('{"cart":["apple"],"visits":1}');
    change(data);

    expect(changesOf(data)).toBeDefined();
  });

  it('refuse what came in through the live object and would not come back, by its key', () => {
    const data = dataOf('{"cart":{}}');
    (data.get('cart') as Record<string, unknown>)['since'] = new Date();

    expect(() => changesOf(data)).toThrow(/"cart"/);
  });

  it('are unchanged when the serialised form is: reading and setting the same is no change', () => {
    const data = dataOf('{"cart":["apple"],"visits":1}');
    data.get('cart');
    data.set('visits', 2);
    data.set('visits', 1);

    expect(data.bag['visits']).toBe(1);
    expect(changesOf(data)).toBeUndefined();
  });

  it('keep one object for the whole request, whatever is read into it', () => {
    const data = dataOf('{"a":1}');
    const { bag } = data;
    load(data, '{"b":2}');
    expect({ ...bag }).toEqual({ b: 2 });

    data.reset();
    expect(data.bag).toBe(bag);
    expect({ ...bag }).toEqual({});
  });

  it('stay the objects that were handed out, where nobody else changed them', () => {
    const data = dataOf('{"cart":["apple"],"seen":[1]}');
    const cart = data.get('cart') as string[];
    const seen = data.get('seen') as number[];
    load(data, '{"seen":[1,2],"cart":["apple"]}');
    cart.push('pear');
    seen.push(3);
    expect(changesOf(data)).toBe('{"seen":[1,2],"cart":["apple","pear"]}');

    data.rebase('{"cart":["apple"],"seen":[1,2],"theirs":1}');
    cart.push('plum');
    expect(JSON.parse(changesOf(data)!)).toEqual({ cart: ['apple', 'pear', 'plum'], seen: [1, 2], theirs: 1 });
  });

  it('stay the objects that were handed out when others changed other keys', () => {
    const data = dataOf('{"cart":["apple"],"visits":1}');
    const cart = data.get('cart') as string[];
    data.set('visits', 2);
    data.rebase('{"cart":["apple"],"visits":1,"theirs":1}');
    cart.push('pear');

    expect(JSON.parse(changesOf(data)!)).toEqual({ cart: ['apple', 'pear'], visits: 2, theirs: 1 });
  });

  it('come back as they were, as changes, when a critical section fails', () => {
    const data = dataOf('{"a":1}');
    data.set('b', 2);
    const before = data.text();
    data.clear();
    data.restore(before);

    expect(changesOf(data)).toBe('{"a":1,"b":2}');
  });

  it('come back as the objects that were handed out, unless the section changed them', () => {
    const data = dataOf('{"cart":["apple"],"seen":[1],"loop":{}}');
    const cart = data.get('cart') as string[];
    const seen = data.get('seen') as number[];
    const loop = data.get('loop') as { self?: unknown };
    const before = data.text();
    seen.push(2);
    loop.self = loop;
    data.restore(before);
    cart.push('pear');
    seen.push(3);

    expect(changesOf(data)).toBe('{"cart":["apple","pear"],"seen":[1],"loop":{}}');
  });
});

describe('changes laid over what another request stored', () => {
  it('are those of the keys that changed here; all others are as stored', () => {
    const data = dataOf('{"mine":1,"theirs":1,"both":1,"gone":1}');
    data.set('mine', 2);
    data.set('both', 'mine');
    data.delete('gone');

    data.rebase('{"mine":1,"theirs":2,"both":"theirs","gone":1,"new":1}');

    expect(JSON.parse(changesOf(data)!)).toEqual({ mine: 2, theirs: 2, both: 'mine', new: 1 });
  });

  it('include those inside of a value, as a whole', () => {
    const data = dataOf('{"cart":["apple"],"visits":1}');
    (data.get('cart') as string[]).push('pear');

    data.rebase('{"cart":["apple"],"visits":2}');
    expect(JSON.parse(data.text())).toEqual({ cart: ['apple', 'pear'], visits: 2 });
  });

  it('remove with clear() only the keys that were known here', () => {
    const data = dataOf('{"a":1,"b":1}');
    data.clear();

    data.rebase('{"a":1,"b":2,"c":3}');
    expect(JSON.parse(data.text())).toEqual({ c: 3 });
  });

  it('do not bring back what another request deleted and this one only read', () => {
    const data = dataOf('{"a":1,"b":1}');
    data.get('a');
    data.set('b', 2);

    data.rebase('{"b":1}');
    expect(JSON.parse(data.text())).toEqual({ b: 2 });
  });

  it('leave alone what was only read, objects included', () => {
    const data = dataOf('{"cart":["apple"],"b":1}');
    data.get('cart');
    data.set('b', 2);

    data.rebase('{"cart":["apple","theirs"],"b":1}');
    expect(JSON.parse(data.text())).toEqual({ cart: ['apple', 'theirs'], b: 2 });
  });

  it('are none when the store has the same by now', () => {
    const data = dataOf('{"a":1}');
    data.set('a', 2);

    data.rebase('{"a":2}');
    expect(changesOf(data)).toBeUndefined();
  });

  it('keep __proto__ as the key that it is', () => {
    const data = dataOf('{"__proto__":1}');
    data.set('__proto__', { polluted: true });

    data.rebase('{"__proto__":1,"other":2}');
    expect(data.text()).toBe('{"__proto__":{"polluted":true},"other":2}');
    expect('polluted' in {}).toBe(false);
  });
});
