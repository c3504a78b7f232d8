import { jest } from '@jest/globals';
import { SessionNotSerializableError } from '../../lib/errors/index.js';
import { SessionContents } from '../../lib/session/data/session-contents.js';

function contentsOf(text: string): SessionContents {
  const contents = new SessionContents();
  expect(contents.load(text)).toBe(true);
  return contents;
}

describe('the contents of a session', () => {
  it('begin empty and unchanged', () => {
    const contents = new SessionContents();

    expect(contents.isEmpty).toBe(true);
    expect(contents.keys()).toEqual([]);
    expect(contents.has('toString')).toBe(false);
    expect(contents.get('constructor')).toBeUndefined();
    expect(contents.changes()).toBeUndefined();
    expect(contents.text()).toBe('{}');
  });

  it('hold what was set, in the order in which it was set', () => {
    const contents = new SessionContents();
    contents.set('b', 1);
    contents.set('a', null);
    contents.set('b', 2);

    expect(contents.keys()).toEqual(['b', 'a']);
    expect(contents.has('a')).toBe(true);
    expect(contents.changes()).toBe('{"b":2,"a":null}');
  });

  it('lose a key that is deleted, or set to undefined', () => {
    const contents = contentsOf('{"a":1,"b":2}');

    expect(contents.delete('a')).toBe(true);
    expect(contents.delete('a')).toBe(false);
    contents.set('b', undefined);
    expect(contents.has('b')).toBe(false);
    expect(contents.isEmpty).toBe(true);
    expect(contents.changes()).toBe('{}');
  });

  it('are empty when all that is there is undefined', () => {
    const contents = new SessionContents();
    contents.bag['a'] = undefined;

    expect(contents.isEmpty).toBe(true);
  });

  it('take for absent what is undefined, as it is after the next load', () => {
    const contents = contentsOf('{"a":1,"b":2}');
    contents.bag['a'] = undefined;

    expect([contents.has('a'), contents.keys(), contents.delete('a')]).toEqual([false, ['b'], false]);
    expect(contents.text()).toBe('{"b":2}');
  });

  it.each<[string, string, unknown]>([
    ['a function', 'new', () => 'x'],
    ['a symbol', 'new', Symbol('x')],
    ['a number that is written as null', 'null', NaN],
    ['a date that is written as the same text', 'date', new Date(0)],
  ])('refuse %s that was put in unseen, although JSON shows no change', (_, key, value) => {
    const contents = contentsOf('{"null":null,"date":"1970-01-01T00:00:00.000Z"}');
    contents.bag[key] = value;

    expect(() => contents.changes()).toThrow(SessionNotSerializableError);
  });

  it('see what is done to an object that was put in, also after it was stored', () => {
    const contents = new SessionContents();
    const cart: string[] = [];
    contents.set('cart', cart);
    contents.stored(contents.payload());
    cart.push('apple');

    expect(contents.changes()).toBe('{"cart":["apple"]}');
  });

  it('are not serialised as long as nothing was set and no object was handed out', () => {
    const contents = contentsOf('{"visits":1,"cart":[]}');
    const stringify = jest.spyOn(JSON, 'stringify');
    try {
      expect([contents.get('visits'), contents.has('cart'), contents.delete('user'), contents.changes()]).toEqual([
        1,
        true,
        false,
        undefined,
      ]);
      expect(stringify).not.toHaveBeenCalled();
      contents.set('visits', 2);
      contents.stored(contents.payload());
      stringify.mockClear();
      expect(contents.changes()).toBeUndefined();
      expect(stringify).not.toHaveBeenCalled();
    } finally {
      stringify.mockRestore();
    }
  });

  it('are serialised once for all who ask what changed, and to write it', () => {
    const contents = contentsOf('{"visits":1}');
    contents.set('visits', 2);
    const stringify = jest.spyOn(JSON, 'stringify');
    try {
      expect([contents.changes(), contents.text(), contents.payload()]).toEqual(Array(3).fill('{"visits":2}'));
      expect(stringify).toHaveBeenCalledTimes(1);
    } finally {
      stringify.mockRestore();
    }
  });

  it('go back to what is stored', () => {
    const contents = contentsOf('{"a":1}');
    contents.set('a', 2);
    contents.set('b', 2);
    contents.revert();

    expect({ ...contents.bag }).toEqual({ a: 1 });
    expect(contents.text()).toBe('{"a":1}');
    expect(contents.changes()).toBeUndefined();
  });

  it('refuse at once what cannot be stored, and keep what they had', () => {
    const contents = contentsOf('{"when":"2030"}');

    expect(() => contents.set('when', new Date())).toThrow(SessionNotSerializableError);
    expect(contents.get('when')).toBe('2030');
    expect(contents.changes()).toBeUndefined();
  });

  it.each<[string, (contents: SessionContents) => void]>([
    ['a change inside of a value', (contents) => (contents.get('cart') as string[]).push('pear')],
    ['a change through the live object', (contents) => (contents.bag['visits'] = 2)],
    [
      'a value that was handed in and changed later',
      (contents) => {
        const list = ['a'];
        contents.set('list', list);
        contents.stored(contents.text());
        list.push('b');
      },
    ],
  ])('notice %s', (_, change) => {
    const contents = contentsOf('{"cart":["apple"],"visits":1}');
    change(contents);

    expect(contents.changes()).toBeDefined();
  });

  it('refuse what came in through the live object and would not come back, by its key', () => {
    const contents = contentsOf('{"cart":{}}');
    (contents.get('cart') as Record<string, unknown>)['since'] = new Date();

    expect(() => contents.changes()).toThrow(/"cart"/);
  });

  it('are unchanged when the serialised form is: reading and setting the same is no change', () => {
    const contents = contentsOf('{"cart":["apple"],"visits":1}');
    contents.get('cart');
    contents.set('visits', 2);
    contents.set('visits', 1);

    expect(contents.bag['visits']).toBe(1);
    expect(contents.changes()).toBeUndefined();
  });

  it('stay as they are when a text cannot be decoded', () => {
    const contents = contentsOf('{"a":1}');

    expect(contents.load('{"a":')).toBe(false);
    expect(contents.rebase('[]')).toBe(false);
    expect(contents.text()).toBe('{"a":1}');
  });

  it('keep one object for the whole request, whatever is read into it', () => {
    const contents = contentsOf('{"a":1}');
    const { bag } = contents;
    contents.load('{"b":2}');
    expect({ ...bag }).toEqual({ b: 2 });

    contents.reset();
    expect(contents.bag).toBe(bag);
    expect({ ...bag }).toEqual({});
  });

  it('stay the objects that were handed out, where nobody else changed them', () => {
    const contents = contentsOf('{"cart":["apple"],"seen":[1]}');
    const cart = contents.get('cart') as string[];
    const seen = contents.get('seen') as number[];
    contents.load('{"seen":[1,2],"cart":["apple"]}');
    cart.push('pear');
    seen.push(3);
    expect(contents.changes()).toBe('{"seen":[1,2],"cart":["apple","pear"]}');

    contents.rebase('{"cart":["apple"],"seen":[1,2],"theirs":1}');
    cart.push('plum');
    expect(JSON.parse(contents.changes()!)).toEqual({ cart: ['apple', 'pear', 'plum'], seen: [1, 2], theirs: 1 });
  });

  it('stay the objects that were handed out when others changed other keys', () => {
    const contents = contentsOf('{"cart":["apple"],"visits":1}');
    const cart = contents.get('cart') as string[];
    contents.set('visits', 2);
    contents.rebase('{"cart":["apple"],"visits":1,"theirs":1}');
    cart.push('pear');

    expect(JSON.parse(contents.changes()!)).toEqual({ cart: ['apple', 'pear'], visits: 2, theirs: 1 });
  });

  it('come back as they were, as changes, when a critical section fails', () => {
    const contents = contentsOf('{"a":1}');
    contents.set('b', 2);
    const before = contents.text();
    contents.clear();
    contents.restore(before);

    expect(contents.changes()).toBe('{"a":1,"b":2}');
  });

  it('come back as the objects that were handed out, unless the section changed them', () => {
    const contents = contentsOf('{"cart":["apple"],"seen":[1],"loop":{}}');
    const cart = contents.get('cart') as string[];
    const seen = contents.get('seen') as number[];
    const loop = contents.get('loop') as { self?: unknown };
    const before = contents.text();
    seen.push(2);
    loop.self = loop;
    contents.restore(before);
    cart.push('pear');
    seen.push(3);

    expect(contents.changes()).toBe('{"cart":["apple","pear"],"seen":[1],"loop":{}}');
  });
});

describe('changes laid over what another request stored', () => {
  it('are those of the keys that changed here; all others are as stored', () => {
    const contents = contentsOf('{"mine":1,"theirs":1,"both":1,"gone":1}');
    contents.set('mine', 2);
    contents.set('both', 'mine');
    contents.delete('gone');

    expect(contents.rebase('{"mine":1,"theirs":2,"both":"theirs","gone":1,"new":1}')).toBe(true);
    expect(JSON.parse(contents.changes()!)).toEqual({ mine: 2, theirs: 2, both: 'mine', new: 1 });
  });

  it('include those inside of a value, as a whole', () => {
    const contents = contentsOf('{"cart":["apple"],"visits":1}');
    (contents.get('cart') as string[]).push('pear');

    contents.rebase('{"cart":["apple"],"visits":2}');
    expect(JSON.parse(contents.text())).toEqual({ cart: ['apple', 'pear'], visits: 2 });
  });

  it('remove with clear() only the keys that were known here', () => {
    const contents = contentsOf('{"a":1,"b":1}');
    contents.clear();

    contents.rebase('{"a":1,"b":2,"c":3}');
    expect(JSON.parse(contents.text())).toEqual({ c: 3 });
  });

  it('do not bring back what another request deleted and this one only read', () => {
    const contents = contentsOf('{"a":1,"b":1}');
    contents.get('a');
    contents.set('b', 2);

    contents.rebase('{"b":1}');
    expect(JSON.parse(contents.text())).toEqual({ b: 2 });
  });

  it('leave alone what was only read, objects included', () => {
    const contents = contentsOf('{"cart":["apple"],"b":1}');
    contents.get('cart');
    contents.set('b', 2);

    contents.rebase('{"cart":["apple","theirs"],"b":1}');
    expect(JSON.parse(contents.text())).toEqual({ cart: ['apple', 'theirs'], b: 2 });
  });

  it('are none when the store has the same by now', () => {
    const contents = contentsOf('{"a":1}');
    contents.set('a', 2);

    contents.rebase('{"a":2}');
    expect(contents.changes()).toBeUndefined();
  });

  it('keep __proto__ as the key that it is', () => {
    const contents = contentsOf('{"__proto__":1}');
    contents.set('__proto__', { polluted: true });

    contents.rebase('{"__proto__":1,"other":2}');
    expect(contents.text()).toBe('{"__proto__":{"polluted":true},"other":2}');
    expect('polluted' in {}).toBe(false);
  });
});
