import type { Clock } from '../../interfaces/clock.interface.js';
import type { CookieChange } from '../session-transport.js';
import type { CookieSignature } from './cookie-signature.js';

/** The attributes of the cookie. */
export interface CookieSettings {
  readonly name: string;
  readonly path: string;
  readonly domain: string | undefined;
  readonly httpOnly: boolean;
  readonly sameSite: 'strict' | 'lax' | 'none' | undefined;
  readonly secure: boolean | 'auto';
  readonly partitioned: boolean;
  readonly persistent: boolean;
}

/** What depends on the request. */
export interface CookieRequest {
  readonly isSecure: boolean;
  /** Replaces the configured path. */
  readonly path: string | undefined;
}

/** Writes `Set-Cookie` (RFC 6265bis). The same attributes clear a cookie that set it, else the browser keeps it. */
export class CookieWriter {
  readonly #tail: string;
  #date = { second: -1, text: '' };

  constructor(
    readonly settings: CookieSettings,
    private readonly clock: Clock,
    private readonly signature?: CookieSignature,
  ) {
    const { domain, httpOnly, sameSite, partitioned } = settings;
    this.#tail =
      (domain === undefined ? '' : `; Domain=${domain}`) +
      (httpOnly ? '; HttpOnly' : '') +
      (sameSite === undefined ? '' : `; SameSite=${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1)}`) +
      (partitioned ? '; Partitioned' : '');
  }

  write(change: CookieChange, request: CookieRequest): string {
    const { settings } = this;
    const isSecure = settings.secure === 'auto' ? request.isSecure : settings.secure;
    const attributes = `; Path=${request.path ?? settings.path}${this.#tail}${isSecure ? '; Secure' : ''}`;
    if (change.kind === 'expire') {
      return `${settings.name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT${attributes}`;
    }
    const value = this.signature?.sign(change.id) ?? change.id;
    return `${settings.name}=${value}${settings.persistent ? this.#expiry(change.expiresAt) : ''}${attributes}`;
  }

  /** Whether a browser would take the cookie over this connection. */
  isAccepted(request: CookieRequest): boolean {
    return this.settings.secure !== true || request.isSecure;
  }

  #expiry(expiresAt: number): string {
    const second = Math.floor(expiresAt / 1_000);
    if (this.#date.second !== second) {
      // toUTCString costs more than all the rest of the cookie.
      this.#date = { second, text: new Date(second * 1_000).toUTCString() };
    }
    const maxAge = Math.max(0, Math.ceil((expiresAt - this.clock.now()) / 1_000));
    return `; Max-Age=${maxAge}; Expires=${this.#date.text}`;
  }
}
