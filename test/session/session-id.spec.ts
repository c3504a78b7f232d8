import { generateSessionId, hashSessionId, sessionIds, shortHash } from '../../lib/session/session-id.js';

const FORMAT = /^[A-Za-z0-9_-]{43}$/;

describe('session ids', () => {
  it('are 43 characters of base64url, never repeat, and have every one of their 256 bits random', () => {
    const count = 20_000;
    const seen = new Set<string>();
    const ones = new Array<number>(256).fill(0);
    const malformed: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const id = generateSessionId();
      if (!FORMAT.test(id)) malformed.push(id);
      seen.add(id);
      Buffer.from(id, 'base64url').forEach((byte, at) => {
        for (let bit = 0; bit < 8; bit += 1) ones[at * 8 + bit]! += (byte >> bit) & 1;
      });
    }

    expect(malformed).toEqual([]);
    expect(seen.size).toBe(count);
    // Six standard deviations around one half: a bit outside of it is not random.
    const margin = 6 * Math.sqrt(count / 4);
    for (const bit of ones) expect(Math.abs(bit - count / 2)).toBeLessThan(margin);
  });

  it('are known to stores by a SHA-256 of 43 characters, and to people by its first eight', () => {
    const hash = hashSessionId('abc');

    expect(hash).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
    expect(shortHash(hash)).toBe('ungWv48B');
  });

  it('are well-formed only when they have the exact length and alphabet', () => {
    const { isWellFormed } = sessionIds();
    const id = generateSessionId();

    expect(isWellFormed(id)).toBe(true);
    for (const bad of ['', id.slice(1), `${id}A`, `${id}\n`, id.replace(/^./, '.'), id.replace(/^./, '='), `${id} `]) {
      expect(isWellFormed(bad)).toBe(false);
    }
  });

  it('of a replaced generator may have another length, but no character that means something elsewhere', () => {
    const { generate, isWellFormed } = sessionIds(() => 'user.0123456789abcdef~-_');

    expect(isWellFormed(generate())).toBe(true);
    for (const bad of [
      'short',
      '../../../etc/passwd',
      'with space 0123456789',
      'a;b0123456789abcdef',
      'x'.repeat(201),
    ]) {
      expect(isWellFormed(bad)).toBe(false);
      expect(() => sessionIds(() => bad).generate()).toThrow(/generateId must return 16 to 200 characters/);
    }
  });
});
