import { createHash } from 'node:crypto';
import { reasonOf } from '../../lib/session/store-access/reason-of.js';

const hash = createHash('sha256').update('id').digest('base64url');

function throwing(): never {
  throw new Error('from a getter');
}

describe('The reason of a failure', () => {
  it.each([
    ['an error', new TypeError('no space left'), 'no space left'],
    ['a text', 'out of memory', 'out of memory'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a symbol', Symbol('why'), 'Symbol(why)'],
    ['an object without a prototype', Object.create(null), 'an object that cannot be converted to text'],
    ['an object whose toString throws', { toString: throwing }, 'an object that cannot be converted to text'],
    [
      'an error whose message throws',
      Object.defineProperty(new Error(), 'message', { get: throwing }),
      'an object that cannot be converted to text',
    ],
    ['an error whose message is no text', Object.assign(new Error(), { message: { at: 1 } }), '[object Object]'],
    [
      'a proxy that answers nothing',
      new Proxy({}, { getPrototypeOf: throwing, get: throwing }),
      'an object that cannot be converted to text',
    ],
  ])('is text, whatever was thrown: %s', (_, error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });

  it('holds the first characters of a hash, and never a whole one', () => {
    expect(reasonOf(new Error(`duplicate key (id)=(${hash}) in sessions:${hash}, /var/${hash}.4`))).toBe(
      `duplicate key (id)=(${hash.slice(0, 8)}) in sessions:${hash.slice(0, 8)}, /var/${hash.slice(0, 8)}.4`,
    );
  });

  it('is short, so that no whole statement with its data gets into the log', () => {
    expect(reasonOf(new Error(`INSERT ${'x '.repeat(100_000)}`))).toHaveLength(300);
  });
});
