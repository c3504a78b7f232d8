import type { SessionRecord } from '../../../lib/interfaces/session-record.interface.js';
import { entryOf, tombstoneOf } from '../../../lib/stores/shared/entry.js';
import { decode, encode } from '../../../lib/stores/shared/entry-codec.js';

const RECORD: SessionRecord = { data: '{"visits":1}', createdAt: 1, expiresAt: 2 };

describe('an entry as a string', () => {
  it.each(['', '{}', 'a\tb\t', '{"tab":"\\t"}', '\ud800', 'line\r\nbreak'])(
    'comes back as it was, with the data %j',
    (data) => {
      const entry = { ...entryOf(RECORD), data };
      expect(decode(encode(entry))).toEqual(entry);
    },
  );

  it('comes back with its lock', () => {
    const lock = { token: 'a\ttoken', leaseEndsAt: 3, holder: { route: 'GET /\t', process: 'host:1', since: 0 } };
    const entry = { ...entryOf(RECORD), lock };
    expect(decode(encode(entry))).toEqual(entry);
  });

  it.each(['destroyed', 'rotated'] as const)('comes back as a tombstone that says "%s"', (because) => {
    const tombstone = tombstoneOf(because, 2);
    expect(decode(encode(tombstone))).toEqual(tombstone);
  });

  it.each([
    ['nothing', undefined],
    ['a number', 1],
    ['text', 'text'],
    ['text with a tab', 'text\ttext'],
    ['JSON without the fields', '{}\t{}'],
    ['JSON null', 'null\t{}'],
    ['an entry with an unknown reason', '{"version":"v","createdAt":1,"expiresAt":2,"endReason":"bored"}\t'],
    ['an entry without a time', '{"version":"v","createdAt":1}\t{}'],
  ])('is not %s', (_, value) => {
    expect(decode(value)).toBeUndefined();
  });
});
