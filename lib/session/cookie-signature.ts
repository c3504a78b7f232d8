import { createHmac, timingSafeEqual } from 'node:crypto';

const PREFIX = 's:';
/** HMAC-SHA256 in base64 without padding. */
const SIGNATURE_LENGTH = 43;

/** Signs and verifies as `cookie-signature` does, so that cookies of express-session stay valid: `s:<id>.<HMAC-SHA256>`. */
export class CookieSignature {
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
    const signature = Buffer.from(value.slice(dot + 1));
    // Before anything is computed: a header full of `s:.` would else cost a thousand HMACs.
    if (signature.length !== SIGNATURE_LENGTH) {
      return undefined;
    }
    const isValid = this.secrets.some((secret) => timingSafeEqual(Buffer.from(hmac(id, secret)), signature));
    return isValid ? id : undefined;
  }
}

function hmac(id: string, secret: string): string {
  return createHmac('sha256', secret).update(id).digest('base64').slice(0, SIGNATURE_LENGTH);
}
