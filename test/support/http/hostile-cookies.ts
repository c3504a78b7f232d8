import fc from 'fast-check';

/** Ids as the library makes them. */
export const WELL_FORMED = ['AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE', 'b'.repeat(43), '-'.repeat(43)] as const;

const blank = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('', '', ' ', '\t', ' \t ') },
  fc.constantFrom('\u00a0', '\u0085', '\v', '\f', '\u00e2\u0080\u0080'),
);
const rubbish = fc.oneof(
  fc.string({ maxLength: 50 }),
  fc.string({ unit: 'binary-ascii', maxLength: 50 }),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    '../../../etc/passwd',
    '..%2f',
    '%',
    '%00',
    '%s%n',
    "' OR 1=1 --",
    '$1',
    '__proto__',
    'constructor',
    'CON',
    '*',
  ),
  fc.integer({ min: 1, max: 3_000 }).map((length) => 'x'.repeat(length)),
);

function names(name: string): fc.Arbitrary<string> {
  const close = [
    name.toUpperCase(),
    `x${name}`,
    `${name}x`,
    `"${name}"`,
    `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
  ];
  return fc.oneof({ weight: 6, arbitrary: fc.constant(name) }, fc.constantFrom('', '$Version', ...close), rubbish);
}

/** Almost an id: one character too many or too few, another alphabet, quotes, another encoding. */
function spoilt(value: string): fc.Arbitrary<string> {
  const at = fc.nat({ max: value.length - 1 });
  return fc.oneof(
    fc.tuple(at, fc.string({ maxLength: 2 })).map(([n, text]) => value.slice(0, n) + text + value.slice(n + 1)),
    at.map((n) => value.slice(0, n)),
    at.map((n) => `${value.slice(0, n)}%${value.charCodeAt(n).toString(16)}${value.slice(n + 1)}`),
    fc.constantFrom(`"${value}"`, `${value}=`, `${value}.lock`, `${value},${value}`, encodeURIComponent(value)),
  );
}

/** `Cookie` headers that nobody sends by mistake, as Node hands them on: a character for each byte. */
export function hostileCookies(name: string, values: readonly string[]): fc.Arbitrary<string> {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...values) },
    { weight: 2, arbitrary: fc.constantFrom(...values).chain(spoilt) },
    rubbish,
  );
  const equals = fc.oneof({ weight: 8, arbitrary: fc.constant('=') }, fc.constantFrom('', '==', ':', '%3D'));
  const pair = fc.tuple(blank, names(name), blank, equals, blank, value, blank).map((parts) => parts.join(''));
  const separator = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('; ', ';') },
    fc.constantFrom(';;', ',', ' ', '"; '),
  );
  return fc.array(fc.tuple(pair, separator), { maxLength: 8, size: 'max' }).map((pairs) => pairs.flat().join(''));
}

/** The same by patterns: slower than the library's way, and plain enough to be believed. */
export function cookiesNamed(name: string, header: string): string[] {
  return header
    .split(';')
    .map((pair) => /^[ \t]*([^=]*?)[ \t]*=[ \t]*(.*?)[ \t]*$/s.exec(pair))
    .filter((match) => match?.[1] === name)
    .map((match) => match?.[2] ?? '');
}

/** At most three, each once. */
export function candidatesAmong(ids: readonly (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => id !== undefined && /^[\w-]{43}$/.test(id)))].slice(0, 3) as string[];
}
