import { createHmac, hash, timingSafeEqual } from 'node:crypto';

const PREFIX = 's:';
/** HMAC-SHA256 in base64 without padding. */
const SIGNATURE_LENGTH = 43;
const MOST_REMEMBERED = 10_000;

/** Signs and verifies as `cookie-signature` does, so that cookies of express-session stay valid: `s:<id>.<HMAC-SHA256>`. */
export class CookieSignature {
  /**
   * What was found valid, oldest first: a visitor comes again and again with the same cookie, and an HMAC takes 5 % of a request.
   * As hashes, so that neither ids nor signatures stay in memory, and that looking one up tells nothing by the time it takes.
   */
  readonly #verified = new Set<string>();

  /** The first secret signs, all verify: so a secret can be replaced without logging anybody out. */
  constructor(private readonly secrets: readonly [string, ...string[]]) {}

  sign(id: string): string {
    return `${PREFIX}${id}.${hmac(id, this.secrets[0])}`;
  }

  /** The id, or `undefined` when it is not signed by one of the secrets. */
  verify(value: string): string | undefined {
    const dot = value.lastIndexOf('.');
    if (!value.startsWith(PREFIX) || dot < 0) {
      return undefined;
    }
    const id = value.slice(PREFIX.length, dot);
    const signature = value.slice(dot + 1);
    // Before anything is computed: a header full of `s:.` would else cost a thousand HMACs.
    if (signature.length !== SIGNATURE_LENGTH) {
      return undefined;
    }
    const seen = hash('sha256', value, 'base64url');
    if (this.#verified.has(seen)) {
      return id;
    }
    if (!this.secrets.some((secret) => isSame(hmac(id, secret), signature))) {
      return undefined;
    }
    this.#remember(seen);
    return id;
  }

  #remember(seen: string): void {
    this.#verified.add(seen);
    for (const oldest of this.#verified) {
      if (this.#verified.size <= MOST_REMEMBERED) {
        return;
      }
      this.#verified.delete(oldest);
    }
  }
}

function hmac(id: string, secret: string): string {
  return createHmac('sha256', secret).update(id).digest('base64').slice(0, SIGNATURE_LENGTH);
}

/** In a time that does not tell how far they are. */
function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
