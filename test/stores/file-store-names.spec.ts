import {
  type StateName,
  formatStateName,
  LONGEST_FILE_NAME,
  SHORTEST_NAME,
  isOurs,
  parseStateName,
  parseRotation,
  parseTombstone,
} from '../../lib/stores/file/names.js';
import { nonce, rotationName, tombstoneName, unlocked } from '../../lib/stores/file/names.js';

const PLAIN: StateName = {
  serial: 7,
  version: 'AbCdEfGhIjKlMn-_',
  size: 1_048_576,
  createdAt: 1_893_456_000_123,
  expiresAt: 1_893_459_600_124,
};

const lockedBy = (process: string, route: string): StateName => ({
  ...PLAIN,
  lock: {
    token: 'x'.repeat(16),
    leaseEndsAt: 1_893_456_030_000,
    owner: { machine: 'AbCdEf-_', pid: 4_194_304, started: '1234567890' },
    holder: { process, route, since: 1_893_456_000_000 },
  },
});

describe('the name of a state file', () => {
  it.each([PLAIN, lockedBy('host:17', 'GET /visits'), lockedBy('', ''), lockedBy('a.b,c/d', '../../x\0y\nz')])(
    'is read as it was written: %j',
    (state) => {
      expect(parseStateName(formatStateName(state))).toEqual(state);
      expect(isOurs(formatStateName(state))).toBe(true);
    },
  );

  it.each([
    'x'.repeat(10_000),
    'é'.repeat(500),
    '€'.repeat(500),
    '👩‍👩‍👧'.repeat(100),
    `${'x'.repeat(47)}€`,
    '\ud800',
    '\ufffd',
  ])('cuts what people read, and fits into what a file system takes: %s', (text) => {
    const name = formatStateName(lockedBy(text, text), LONGEST_FILE_NAME);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(LONGEST_FILE_NAME);
    const parsed = parseStateName(name);
    expect(parsed && formatStateName(parsed)).toBe(name);
    expect(
      Buffer.from(text)
        .toString()
        .startsWith(parsed?.lock?.holder.route ?? 'none'),
    ).toBe(true);
  });

  it.each([
    '',
    's',
    's,1',
    'd,abc',
    's,1,v,2,3',
    's,1,v,2,3,4,5',
    's,NaN,v,2,3,4',
    's,01,v,2,3,4',
    's,1,v,2,3,4,',
    's,-,v,2,3,4',
  ])('is not %j', (name) => {
    expect(parseStateName(name)).toBeUndefined();
  });

  it.each([SHORTEST_NAME, 143, 175, LONGEST_FILE_NAME])(
    'fits into %i bytes with all of its fields at their longest',
    (longest) => {
      const text = 'x'.repeat(64);
      const state = { ...lockedBy(text, text), serial: 36 ** 8, expiresAt: Number.MAX_SAFE_INTEGER };
      const name = formatStateName(state, longest);
      expect(name.length).toBeLessThanOrEqual(longest);
      const parsed = parseStateName(name);
      expect(parsed).toMatchObject({ ...state, lock: { ...state.lock, holder: expect.anything() as unknown } });
      // What was cut stays as it is where names may be longer.
      expect(parsed && formatStateName(parsed)).toBe(name);
    },
  );

  it('has room for the whole of what is kept of a holder where names may have 255 bytes', () => {
    const holder = { process: `${'h'.repeat(20)}:12345`, route: `POST /${'x'.repeat(50)}` };
    const name = formatStateName(lockedBy(holder.process, holder.route), LONGEST_FILE_NAME);
    expect(parseStateName(name)?.lock?.holder).toMatchObject(holder);
  });

  it('counts in whole milliseconds, and ends nothing early', () => {
    const name = formatStateName({ ...PLAIN, expiresAt: 1_893_459_600_123.5 });
    expect(parseStateName(name)?.expiresAt).toBe(1_893_459_600_124);
  });

  it('loses only the lock with it', () => {
    expect(unlocked(lockedBy('host:17', 'GET /'))).toEqual(PLAIN);
  });
});

describe('other names', () => {
  it('are read as they were written, and never twice the same', () => {
    for (const because of ['destroyed', 'rotated'] as const) {
      const tombstone = { until: 123, because };
      expect(parseTombstone(tombstoneName(tombstone))).toEqual(tombstone);
      expect(tombstoneName(tombstone)).not.toBe(tombstoneName(tombstone));
    }
    expect(parseRotation(rotationName('abc'))).toBe('abc');
    expect(rotationName('abc')).not.toBe(rotationName('abc'));
    expect(nonce()).toMatch(/^[\w-]{16}$/);
  });

  it('are not taken for each other', () => {
    expect(parseTombstone(rotationName('abc'))).toBeUndefined();
    expect(parseRotation(tombstoneName({ until: 1, because: 'rotated' }))).toBeUndefined();
    expect(parseTombstone(formatStateName(PLAIN))).toBeUndefined();
    expect(isOurs('README')).toBe(false);
    expect(isOurs('.nfs0001')).toBe(false);
  });
});
