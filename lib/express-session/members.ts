import { inspect } from 'node:util';
import type { BridgedSession } from './bridged-session.js';
import { settle } from './callback.js';
import { cookieOf, type FacadeCookie } from './facade-cookie.js';

/** Where a facade has what is behind it. A symbol: no key of the data can be in its way. */
export const BRIDGE: unique symbol = Symbol('nestjs-sessions: bridge');

/**
 * The members that express-session gives to `req.session`. They are those of a class, which are not enumerable: passport copies
 * sessions by `for..in`.
 */
export class Members {
  declare readonly [BRIDGE]: BridgedSession;

  constructor(bridge: BridgedSession) {
    Object.defineProperty(this, BRIDGE, { value: bridge, configurable: true });
  }

  get id(): string {
    return this[BRIDGE].http.session.id;
  }

  get cookie(): FacadeCookie {
    return cookieOf(this[BRIDGE].http);
  }

  get req(): unknown {
    return this[BRIDGE].http.request;
  }

  /** Not needed before a redirect: the reply waits for the commit. */
  save(callback?: unknown): Promise<void> | this {
    const bridge = this[BRIDGE];
    return settle('save', callback, () => bridge.save(), bridge.fail) ?? this;
  }

  regenerate(callback?: unknown): Promise<void> | this {
    const bridge = this[BRIDGE];
    return settle('regenerate', callback, () => bridge.regenerate(), bridge.fail) ?? this;
  }

  destroy(callback?: unknown): Promise<void> | this {
    const bridge = this[BRIDGE];
    return settle('destroy', callback, () => bridge.destroy(), bridge.fail) ?? this;
  }

  reload(callback?: unknown): Promise<void> | this {
    const bridge = this[BRIDGE];
    return settle('reload', callback, () => bridge.reload(), bridge.fail) ?? this;
  }

  /** Nothing to do: use moves the expiry by itself. */
  touch(): this {
    return this;
  }

  /** Nothing to do: use moves the expiry by itself. */
  resetMaxAge(): this {
    return this;
  }

  /** What `console.log(req.session)` shows. Node looks past proxies, and would show none of the data. */
  [inspect.custom](): object {
    return Object.fromEntries(Object.entries(this));
  }
}

/** The names that are no keys for data: those that express-session has taken, and the one that leads to the prototype. */
export const RESERVED: ReadonlySet<string> = new Set([
  '__proto__',
  ...Object.getOwnPropertyNames(Members.prototype).filter((name) => name !== 'constructor'),
]);
