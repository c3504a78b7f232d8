import fc from 'fast-check';
import { CookieSignature } from '../../lib/session/cookie/cookie-signature.js';
import { CookieReader } from '../../lib/session/cookie/cookie-reader.js';
import { sessionIds } from '../../lib/session/session-id.js';
import { candidatesAmong, cookiesNamed, hostileCookies, WELL_FORMED } from '../support/http/hostile-cookies.js';
import { holds } from '../support/models/property.js';

describe('The reader of cookies, whatever the header,', () => {
  const plain = new CookieReader('sid', sessionIds());
  holds(
    'finds the well-formed ids, at most three, and nothing else',
    6_000,
    fc.property(hostileCookies('sid', WELL_FORMED), (header) => {
      const values = cookiesNamed('sid', header);

      expectSame(plain.read(header), { candidates: candidatesAmong(values), originalId: values[0] });
    }),
  );

  const signature = new CookieSignature(['secret', 'older']);
  const older = new CookieSignature(['older']);
  const signed = new CookieReader('__Host-sid', sessionIds(), signature);
  const signedValues = new Map<string, string>(
    [...WELL_FORMED, 'too-short'].flatMap((id) => [signature, older].map((by) => [by.sign(id), id] as const)),
  );
  holds(
    'finds the well-formed ids with a signature, and no id that was signed by nobody',
    4_000,
    fc.property(hostileCookies('__Host-sid', [...signedValues.keys(), ...WELL_FORMED]), (header) => {
      const values = cookiesNamed('__Host-sid', header);
      const ids = values.map((value) => signedValues.get(decoded(value)));

      expectSame(signed.read(header), { candidates: candidatesAmong(ids), originalId: values[0] });
    }),
  );
});

/** `toEqual` costs more than all the rest of a run. */
function expectSame(read: object, expected: object): void {
  if (JSON.stringify(read) !== JSON.stringify(expected)) {
    expect(read).toEqual(expected);
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
