import type { SessionIds } from '../session-id.js';
import { SignatureAllowance, type CookieSignature } from './cookie-signature.js';

const MAX_CANDIDATES = 3;

/** What the client sent under the session cookie's name. */
export interface ClientIds {
  /** The well-formed ids, without duplicates, at most three. */
  readonly candidates: readonly string[];
  /** The first value, well-formed or not: untrusted. */
  readonly originalId: string | undefined;
}

const NOTHING: ClientIds = { candidates: [], originalId: undefined };

/**
 * Finds our ids in a `Cookie` header, and nothing else in it. Strict on purpose: only space and tab are trimmed, names are
 * compared byte for byte, quotes span nothing (cookies were smuggled through laxer parsers: CVE-2023-26049).
 */
export class CookieReader {
  constructor(
    private readonly name: string,
    private readonly ids: SessionIds,
    private readonly signature?: CookieSignature,
  ) {}

  read(header: string | undefined): ClientIds {
    if (!header?.includes(this.name)) {
      return NOTHING;
    }
    const values = valuesOf(header, this.name);
    const candidates: string[] = [];
    // Made when there is more than one: the first value may always be compared.
    const allowance = values.length > 1 ? new SignatureAllowance() : undefined;
    for (const value of values) {
      const id = this.#idIn(value, allowance);
      if (id !== undefined && !candidates.includes(id)) {
        candidates.push(id);
        if (candidates.length === MAX_CANDIDATES) {
          break;
        }
      }
    }
    return { candidates, originalId: values[0] };
  }

  #idIn(value: string, allowance: SignatureAllowance | undefined): string | undefined {
    const id = this.signature === undefined ? value : this.signature.verify(decoded(value), allowance);
    return id !== undefined && this.ids.isWellFormed(id) ? id : undefined;
  }
}

function valuesOf(header: string, name: string): string[] {
  // Most visitors send nothing else.
  if (header.startsWith(`${name}=`) && !header.includes(';')) {
    return [trimmed(header.slice(name.length + 1))];
  }
  const values: string[] = [];
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && trimmed(pair.slice(0, equals)) === name) {
      values.push(trimmed(pair.slice(equals + 1)));
    }
  }
  return values;
}

/**
 * RFC 6265 allows space and tab around a pair; `String.trim()` would also take what is no white space to a browser. Linear, as
 * a pattern for the end of a text is not: a header full of spaces would hold up the process.
 */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  // Before and after the text there is nothing, which is not blank.
  while (text[start] === ' ' || text[start] === '\t') {
    start += 1;
  }
  while (text[end - 1] === ' ' || text[end - 1] === '\t') {
    end -= 1;
  }
  return text.slice(start, end);
}

/** express-session sends signed values percent-encoded. */
function decoded(value: string): string {
  if (!value.includes('%')) {
    return value;
  }
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
