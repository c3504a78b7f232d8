import { OWNER } from '../session/object/session-owner.js';
import type { BridgedSession } from './bridged-session.js';
import type { FacadeData } from './facade-data.js';
import { Members, RESERVED } from './members.js';

/** `req.session[SESSION]` is the session itself, with all that `Session` has. */
export const SESSION: unique symbol = Symbol.for('nestjs-sessions: session');

/** What `req.session` is: the data as properties, and the members that express-session has. */
export type Facade = Members;

/**
 * Data keys win over what every object inherits (`toString`), and express-session's own members over data keys. Symbols are
 * none of the data.
 */
export function facadeOf(bridge: BridgedSession, data: FacadeData): Facade {
  const target = new Members(bridge);
  Object.defineProperties(target, {
    [SESSION]: { value: bridge.http.session, configurable: true },
    // By this the library knows the session as its own.
    [OWNER]: { value: bridge.http, configurable: true },
  });
  return new Proxy<Facade>(target, new FacadeTraps(data));
}

class FacadeTraps implements ProxyHandler<Members> {
  constructor(private readonly data: FacadeData) {}

  get(target: Members, key: string | symbol, receiver: unknown): unknown {
    return this.#isData(key) ? this.data.all()[key] : (Reflect.get(target, key, receiver) as unknown);
  }

  has(target: Members, key: string | symbol): boolean {
    return this.#isData(key) || Reflect.has(target, key);
  }

  set(target: Members, key: string | symbol, value: unknown): boolean {
    if (typeof key === 'symbol') {
      return Reflect.set(target, key, value);
    }
    assertWritable(key);
    this.data.set(key, value);
    return true;
  }

  defineProperty(target: Members, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (typeof key === 'symbol') {
      return Reflect.defineProperty(target, key, descriptor);
    }
    if (!('value' in descriptor)) {
      throw new TypeError(`session.${key} must have a value: sessions hold data, and no accessors`);
    }
    return this.set(target, key, descriptor.value);
  }

  deleteProperty(_target: Members, key: string | symbol): boolean {
    if (this.#isData(key)) {
      this.data.delete(key);
    }
    return true;
  }

  ownKeys(): string[] {
    return Object.keys(this.data.all()).filter((key) => this.#isData(key));
  }

  getOwnPropertyDescriptor(target: Members, key: string | symbol): PropertyDescriptor | undefined {
    return this.#isData(key)
      ? { value: this.data.all()[key], writable: true, enumerable: true, configurable: true }
      : Reflect.getOwnPropertyDescriptor(target, key);
  }

  #isData(key: string | symbol): key is string {
    return typeof key === 'string' && !RESERVED.has(key) && Object.hasOwn(this.data.all(), key);
  }
}

function assertWritable(key: string): void {
  if (RESERVED.has(key)) {
    throw new TypeError(`session.${key} is a member of the session, and no place for data: take another key`);
  }
}
