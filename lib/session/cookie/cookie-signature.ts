import { createHmac, hash, timingSafeEqual } from 'node:crypto';

const PREFIX = 's:';
/** HMAC-SHA256 in base64 without padding. */
const SIGNATURE_LENGTH = 43;
const MAX_REMEMBERED = 10_000;

/** So many signatures are computed for one header at most. */
export const MAX_SIGNATURES = 5;

/** How many signatures may still be computed for one header: a forged one must cost its sender more than it costs the server. */
export class SignatureAllowance {
  #computed = 0;

  /** Whether one more value may be compared with so many secrets; the first value always may. */
  covers(secrets: number): boolean {
    return this.#computed === 0 || this.#computed + secrets <= MAX_SIGNATURES;
  }

  spend(): void {
    this.#computed += 1;
  }
}

/** Signs and verifies as `cookie-signature` does, so that cookies of express-session stay valid: `s:<id>.<HMAC-SHA256>`. */
export class CookieSignature {
  /**
   * What was found valid, oldest first: a visitor comes again and again with the same cookie, and an HMAC takes 5 % of a request.
   * As hashes, so that neither ids nor signatures stay in memory, and that looking one up tells nothing by the time it takes.
   */
  readonly #verified = new Set<string>();

  /** The first secret signs, all verify: so a secret can be replaced without logging visitors out. */
  constructor(private readonly secrets: readonly [string, ...string[]]) {}

  sign(id: string): string {
    return `${PREFIX}${id}.${hmac(id, this.secrets[0])}`;
  }

  /** Returns the id, or `undefined` when none of the secrets has signed it, or when the allowance of the header is used up. */
  verify(value: string, allowance?: SignatureAllowance): string | undefined {
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
    if (allowance?.covers(this.secrets.length) === false || !this.#isSigned(id, signature, allowance)) {
      return undefined;
    }
    this.#remember(seen);
    return id;
  }

  #isSigned(id: string, signature: string, allowance: SignatureAllowance | undefined): boolean {
    return this.secrets.some((secret) => {
      allowance?.spend();
      return isSame(hmac(id, secret), signature);
    });
  }

  #remember(seen: string): void {
    this.#verified.add(seen);
    for (const oldest of this.#verified) {
      if (this.#verified.size <= MAX_REMEMBERED) {
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
