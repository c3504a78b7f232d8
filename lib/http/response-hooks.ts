import type { ServerResponse } from 'node:http';
import type { Reply } from './reply.js';
import { applyPassedHeaders, type PassedHeaders } from './response-headers.js';
import { IGNORED, SENT } from './sealed-response.js';

type Call = (this: ServerResponse, ...args: unknown[]) => unknown;

const DECIDING = ['end', 'writeHead', 'write'] as const;
const SEALABLE = ['setHeader', 'appendHeader', 'removeHeader', 'flushHeaders'] as const;

/**
 * The one place where responses are tampered with. The hooks are members of the prototype that all responses of an application
 * have, so a response whose session nobody touches is as it was, and no response is given members of its own.
 */
export class ResponseHooks {
  readonly #before = new Map<string, PropertyDescriptor | undefined>();
  /** Those that are laid over wrappers of others. */
  readonly #outermost = new WeakSet<object>();
  /** Responses that have hooks of their own: inside of these the wrappers of others are at work. */
  readonly #wrapped = new WeakSet<ServerResponse>();

  constructor(
    private readonly prototype: ServerResponse,
    private readonly replyOf: (response: ServerResponse) => Reply | undefined,
  ) {
    for (const name of DECIDING) {
      this.#define(name, { value: this.#hook(name, this.#inherited(name), true), writable: true });
    }
    for (const name of SEALABLE) {
      this.#define(name, { value: sealable(name, this.#inherited(name), replyOf), writable: true });
    }
    this.#defineSent('headersSent');
    this.#defineSent('writableEnded');
  }

  /** Makes the hooks the outermost: a wrapper that was laid over them (compression) would else decide before the commit. */
  renew(response: ServerResponse): void {
    const end: unknown = Reflect.get(response, 'end');
    if (end === Reflect.get(this.prototype, 'end') || (typeof end === 'function' && this.#outermost.has(end))) {
      return;
    }
    this.#wrapped.add(response);
    for (const name of DECIDING) {
      const hook = this.#hook(name, Reflect.get(response, name) as Call, false);
      this.#outermost.add(hook);
      Object.defineProperty(response, name, { value: hook, configurable: true, writable: true });
    }
  }

  remove(): void {
    for (const [name, descriptor] of this.#before) {
      if (descriptor === undefined) {
        Reflect.deleteProperty(this.prototype, name);
      } else {
        Object.defineProperty(this.prototype, name, descriptor);
      }
    }
  }

  #hook(name: (typeof DECIDING)[number], original: Call, isInnermost: boolean): Call {
    // Inside of hooks that are outermost, the wrappers of others write what these have let pass.
    const replyOf = (response: ServerResponse): Reply | undefined =>
      isInnermost && this.#wrapped.has(response) ? undefined : this.replyOf(response);
    const hooks: Record<(typeof DECIDING)[number], Call> = {
      end: function endAfterCommit(...args) {
        const proceed = (): ServerResponse => Reflect.apply(original, this, args) as ServerResponse;
        return replyOf(this)?.end(this, proceed, args.at(-1)) ?? proceed();
      },
      writeHead: function writeHeadWithSession(...args) {
        const reply = replyOf(this);
        if (reply === undefined) {
          return Reflect.apply(original, this, args);
        }
        if (reply.seal !== undefined) {
          return sealOf(reply.seal, name).apply(this, args);
        }
        return Reflect.apply(original, this, reply.haveHeadersLeft ? args : prepareHeaders(this, reply, args));
      },
      write: sealable(name, original, replyOf),
    };
    return hooks[name];
  }

  #defineSent(name: 'headersSent' | 'writableEnded'): void {
    const { replyOf } = this;
    const above: object = Object.getPrototypeOf(this.prototype) as object;
    this.#define(name, {
      get(this: ServerResponse): unknown {
        return replyOf(this)?.seal === undefined ? Reflect.get(above, name, this) : true;
      },
    });
  }

  #define(name: string, descriptor: PropertyDescriptor): void {
    this.#before.set(name, Object.getOwnPropertyDescriptor(this.prototype, name));
    Object.defineProperty(this.prototype, name, { ...descriptor, configurable: true });
  }

  #inherited(name: string): Call {
    return Reflect.get(this.prototype, name) as Call;
  }
}

function sealable(name: string, original: Call, replyOf: (response: ServerResponse) => Reply | undefined): Call {
  return function sealableCall(...args) {
    const seal = replyOf(this)?.seal;
    return seal === undefined ? Reflect.apply(original, this, args) : sealOf(seal, name).apply(this, args);
  };
}

function sealOf(seal: 'sent' | 'ignored', name: string): Call {
  const call = (seal === 'sent' ? SENT : IGNORED)[name];
  if (call === undefined) {
    throw new TypeError(`A sealed response has no ${name}()`);
  }
  return call;
}

/** Headers that are passed to `writeHead()` are set before, so that those of the session join them. Returns what is left to pass. */
function prepareHeaders(response: ServerResponse, reply: Reply, [status, ...rest]: readonly unknown[]): unknown[] {
  const headers = rest.find((arg): arg is PassedHeaders => typeof arg === 'object' && arg !== null);
  if (headers !== undefined) {
    applyPassedHeaders(response, headers);
  }
  if (typeof status === 'number') {
    response.statusCode = status;
  }
  reply.beforeHeaders(response);
  return [status, ...rest.filter((arg) => typeof arg === 'string').slice(0, 1)];
}
