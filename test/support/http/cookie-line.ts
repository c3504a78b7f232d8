/** A `Set-Cookie` line in its parts. */
export interface CookieLine {
  readonly name: string;
  readonly value: string;
  /** In the order in which they were sent. */
  readonly attributes: readonly string[];
  /** Of an attribute without `=`: the empty string. */
  attribute(name: string): string | undefined;
}

export function parseCookieLine(line = ''): CookieLine {
  const [pair = '', ...attributes] = line.split('; ');
  const [name, value] = split(pair);
  const values = new Map(attributes.map((attribute) => split(attribute)));
  return { name, value, attributes, attribute: (wanted) => values.get(wanted) };
}

function split(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}
