import { CookieSignature } from '../../lib/session/cookie/cookie-signature.js';
import { CookieReader } from '../../lib/session/cookie/cookie-reader.js';
import { generateSessionId, sessionIds } from '../../lib/session/session-id.js';
import { CountedSecret } from '../support/engine/counted-secret.js';

const [a, b, c, d] = [generateSessionId(), generateSessionId(), generateSessionId(), generateSessionId()];

function candidates(header: string | undefined, name = 'sid'): readonly string[] {
  return new CookieReader(name, sessionIds()).read(header).candidates;
}

describe('the reader of cookies', () => {
  it.each([
    ['alone', `sid=${a}`],
    ['among others', `theme=dark; sid=${a}; lang=en`],
    ['without spaces', `theme=dark;sid=${a};lang=en`],
    ['with spaces and tabs around name and value', `theme=dark; \t sid\t = \t${a} \t; lang=en`],
    ['after broken pairs', `;; =; =x; novalue; sid=${a}`],
    ['after RFC 2965 attributes', `$Version=1; sid=${a}; $Path=/`],
    ['after values with equals signs', `x=a=b==; sid=${a}`],
    ['after a lone quote', `x="; sid=${a}`],
  ])('finds the cookie %s', (_, header) => {
    expect(candidates(header)).toEqual([a]);
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['another case', `SID=${a}; Sid=${a}`],
    ['a longer name', `xsid=${a}; sidx=${a}; my-sid=${a}`],
    ['a name inside of a value', `x=sid=${a}`],
    ['a percent-encoded name', `%73id=${a}`],
    ['a name in quotes', `"sid"=${a}`],
    ['a value in quotes', `sid="${a}"`],
    ['an empty value', 'sid='],
    ['nothing but blanks', `sid= \t ; \t ; ${' '.repeat(43)}`],
    ['no value', 'sid'],
    ['a no-break space before the name', `\u00a0sid=${a}`],
    ['a next-line character before the name', `\u0085sid=${a}`],
    ['a vertical tab before the name', `\u000bsid=${a}`],
    ['a form feed before the name', `\u000csid=${a}`],
    ['an en quad before the name, as UTF-8 read as Latin-1', `\u00e2\u0080\u0080sid=${a}`],
    ['a byte order mark before the name', `\ufeffsid=${a}`],
    ['a comma between cookies', `x=1, sid=${a}`],
  ])('finds nothing in %s', (_, header) => {
    expect(candidates(header)).toEqual([]);
  });

  it('lets quotes span nothing, so that no cookie hides in the value of another', () => {
    expect(candidates(`x="y; sid=${a}; z=1"`)).toEqual([a]);
    expect(candidates(`sid="${b}; sid=${a}; z=1"`)).toEqual([a]);
  });

  it('compares names with a prefix byte for byte', () => {
    expect(candidates(`__HOST-sid=${a}; __host-sid=${b}; __Host-sid=${c}`, '__Host-sid')).toEqual([c]);
  });

  it('returns the well-formed values of several cookies in their order, each once, and at most three', () => {
    expect(candidates(`sid=${a}; sid=${b}`)).toEqual([a, b]);
    expect(candidates(`sid=${b}; sid=${a}`)).toEqual([b, a]);
    expect(candidates(`sid=${a}; sid=${a}; sid=${b}`)).toEqual([a, b]);
    expect(candidates(`sid=nonsense; sid=${a}; sid=; sid=${b}; sid=${c}; sid=${d}`)).toEqual([a, b, c]);
  });

  it('gives the first value as the original id, as it came', () => {
    const reader = new CookieReader('sid', sessionIds());

    expect(reader.read(`sid=../../etc/passwd; sid=${a}`)).toEqual({ candidates: [a], originalId: '../../etc/passwd' });
    expect(reader.read('other=1').originalId).toBeUndefined();
    expect(reader.read('sidx; sid').originalId).toBeUndefined();
  });

  it('is not held up by the largest header that Node accepts', () => {
    const pairs = 'a=b; '.repeat(3_200) + `sid=${a}`;
    const spaces = `sid${' '.repeat(16_000)}x=${a}; sid=${b}`;
    // Of the process, not of the wall: other programs must not count.
    const start = process.cpuUsage();

    for (let n = 0; n < 10; n += 1) {
      expect(candidates(pairs)).toEqual([a]);
      expect(candidates(spaces)).toEqual([b]);
    }
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
  });
});

describe('the reader of signed cookies', () => {
  const signature = new CookieSignature(['secret']);
  const reader = new CookieReader('sid', sessionIds(), signature);

  it('takes signed ids, as they are and percent-encoded', () => {
    const signed = signature.sign(a);

    expect(reader.read(`sid=${signed}`).candidates).toEqual([a]);
    expect(reader.read(`sid=${encodeURIComponent(signed)}`).candidates).toEqual([a]);
  });

  it('takes no id without a signature, with a wrong one, or in broken percent-encoding', () => {
    expect(reader.read(`sid=${a}; sid=s:${a}.wrong; sid=s%3A${a}%ZZ; sid=%`).candidates).toEqual([]);
  });

  it('takes no signed value that is not an id', () => {
    expect(reader.read(`sid=${signature.sign('../../etc/passwd')}`).candidates).toEqual([]);
  });

  it('skips wrong ones and goes on with the next', () => {
    expect(reader.read(`sid=s:${b}.wrong; sid=${signature.sign(a)}`).candidates).toEqual([a]);
  });

  it('computes nothing for what is no signature: the largest header would else cost a thousand HMACs', () => {
    const counted = new CountedSecret();
    const counting = new CookieReader('sid', sessionIds(), new CookieSignature(counted.secrets));

    expect(counting.read('sid=s:.; '.repeat(1_800)).candidates).toEqual([]);
    expect(counted.uses).toBe(0);
    expect(counting.read(`sid=${signature.sign(a)}`).candidates).toEqual([a]);
    expect(counted.uses).toBe(1);
  });

  describe('computes few signatures for one header, however many it holds', () => {
    const forged = (count: number): string =>
      Array.from({ length: count }, () => `sid=s:${generateSessionId()}.${generateSessionId()}`).join('; ');

    function counting(secrets: number): { readonly counted: CountedSecret; readonly reader: CookieReader } {
      const counted = new CountedSecret(...Array.from({ length: secrets - 1 }, (_, n) => `other ${n}`));
      return { counted, reader: new CookieReader('sid', sessionIds(), new CookieSignature(counted.secrets)) };
    }

    it('five, when all are forged', () => {
      const { counted, reader } = counting(1);

      expect(reader.read(forged(170)).candidates).toEqual([]);
      expect(counted.uses).toBe(5);
      expect(reader.read(forged(170)).candidates).toEqual([]);
      expect(counted.uses).toBe(10);
    });

    it('three, when three are valid: nobody asks for the others', () => {
      const { counted, reader } = counting(1);

      expect(reader.read([a, b, c, d].map((id) => `sid=${signature.sign(id)}`).join(';')).candidates).toEqual([
        a,
        b,
        c,
      ]);
      expect(counted.uses).toBe(3);
    });

    it('and finds a valid one behind four forged ones, and one that is remembered behind any number', () => {
      const { counted, reader } = counting(1);
      const header = `; sid=${signature.sign(a)}`;

      expect(reader.read(forged(5) + header).candidates).toEqual([]);
      expect(reader.read(forged(4) + header).candidates).toEqual([a]);
      counted.uses = 0;
      expect(reader.read(forged(100) + header).candidates).toEqual([a]);
      expect(counted.uses).toBe(5);
    });

    it.each([
      { secrets: 2, values: 2 },
      { secrets: 3, values: 1 },
      { secrets: 8, values: 1 },
    ])('with $secrets secrets, where $values values are compared with all of them', ({ secrets, values }) => {
      const { counted, reader } = counting(secrets);

      expect(reader.read(forged(170)).candidates).toEqual([]);
      expect(counted.uses).toBe(values);
      expect(reader.read(`sid=${signature.sign(a)}`).candidates).toEqual([a]);
    });
  });
});
