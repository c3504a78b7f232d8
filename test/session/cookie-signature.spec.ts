import { CookieSignature } from '../../lib/session/cookie/cookie-signature.js';
import { CountedSecret } from '../support/engine/counted-secret.js';

const id = 'A'.repeat(43);
const signed = new CookieSignature(['secret']).sign(id);

describe('the signature of a cookie', () => {
  it('is the one of cookie-signature: HMAC-SHA256 in base64 without padding, after s:', () => {
    expect(new CookieSignature(['keyboard cat']).sign('hello')).toBe(
      's:hello.xz6khi6+oL1pnNhBgjk3Nr1CX2sxTjJiO9pKXaHZ33E',
    );
  });

  it('is made with the first secret and verified with all', () => {
    const before = new CookieSignature(['old']);
    const after = new CookieSignature(['new', 'old']);

    expect(after.verify(before.sign(id))).toBe(id);
    expect(before.verify(after.sign(id))).toBeUndefined();
    expect(new CookieSignature(['new']).verify(before.sign(id))).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['a bare id', id],
    ['no signature', `s:${id}`],
    ['an empty signature', `s:${id}.`],
    ['a signature of the same length', `s:${id}.${'A'.repeat(43)}`],
    ['a signature with padding', `${signed}=`],
    ['a cut signature', signed.slice(0, -1)],
    ['another id under the signature', signed.replace(id, 'B'.repeat(43))],
    ['no prefix', signed.slice(2)],
    ['the prefix of JSON cookies', signed.replace('s:', 'j:')],
    ['characters of several bytes', `s:${id}.${'é'.repeat(43)}`],
  ])('is refused, and never an exception, for %s', (_, value) => {
    expect(new CookieSignature(['secret']).verify(value)).toBeUndefined();
  });
});

describe('a cookie that comes again', () => {
  let counted: CountedSecret;
  let signature: CookieSignature;

  beforeEach(() => {
    counted = new CountedSecret();
    signature = new CookieSignature(counted.secrets);
  });

  it('is not computed again', () => {
    expect(signature.verify(signed)).toBe(id);
    expect(signature.verify(signed)).toBe(id);
    expect(counted.uses).toBe(1);
  });

  it('makes no other signature of its id valid, and no other id', () => {
    signature.verify(signed);

    expect(signature.verify(`s:${id}.${'A'.repeat(43)}`)).toBeUndefined();
    expect(signature.verify(signed.replace(id, 'B'.repeat(43)))).toBeUndefined();
    expect(signature.verify(signed)).toBe(id);
  });

  it('is remembered when it was valid, and not otherwise', () => {
    const forged = `s:${id}.${'A'.repeat(43)}`;

    expect(signature.verify(forged)).toBeUndefined();
    expect(signature.verify(forged)).toBeUndefined();
    expect(counted.uses).toBe(2);
  });

  it('is forgotten after ten thousand others: what is remembered has a limit', () => {
    const others = Array.from({ length: 10_000 }, (_, n) => new CookieSignature(['secret']).sign(`${id}${n}`));
    signature.verify(signed);
    others.slice(1).forEach((other) => signature.verify(other));
    counted.uses = 0;
    signature.verify(signed);
    expect(counted.uses).toBe(0);

    signature.verify(others[0] ?? '');
    signature.verify(signed);

    expect(counted.uses).toBe(2);
  });
});
