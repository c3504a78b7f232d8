import type { ServerResponse } from 'node:http';
import type { Reply } from './reply.js';
import { applyPassedHeaders, type PassedHeaders } from './response-headers.js';
import { sealedCall, type Call } from './sealed-response.js';

/** What others wrap as well. */
const WRAPPED = ['end', 'writeHead', 'write'] as const;
const UNWRAPPED = ['setHeader', 'appendHeader', 'removeHeader', 'flushHeaders'] as const;
const FLAGS = ['headersSent', 'writableEnded'] as const;

type Name = (typeof WRAPPED)[number] | (typeof UNWRAPPED)[number];
type ReplyOf = (response: ServerResponse) => Reply | undefined;

/**
 * The one place where responses are tampered with. The hooks are members of the prototype that all responses of an application
 * have: to give each response members of its own would cost more than all the rest of a session.
 */
export class ResponseHooks {
  readonly #before = new Map<string, PropertyDescriptor | undefined>();
  /** Hooks that are laid over the wrappers of others. */
  readonly #outermost = new WeakSet<object>();
  /** Responses that have such hooks. Inside of these, wrappers of others write what the hooks have let pass. */
  readonly #wrapped = new WeakSet<ServerResponse>();
  readonly #end: unknown;

  constructor(
    private readonly prototype: ServerResponse,
    private readonly replyOf: ReplyOf,
  ) {
    const ofUnwrapped: ReplyOf = (response) => {
      const reply = replyOf(response);
      return reply === undefined || this.#wrapped.has(response) ? undefined : reply;
    };
    for (const name of WRAPPED) {
      this.#define(name, { value: hooked(name, this.#inherited(name), ofUnwrapped), writable: true });
    }
    for (const name of UNWRAPPED) {
      this.#define(name, { value: hooked(name, this.#inherited(name), replyOf), writable: true });
    }
    for (const name of FLAGS) {
      const original = readerOf(prototype, name);
      this.#define(name, {
        get(this: ServerResponse): unknown {
          return replyOf(this)?.seal !== undefined || original(this);
        },
      });
    }
    this.#end = this.#inherited('end');
  }

  /** Makes the hooks the outermost: a wrapper that was laid over them (compression) would else decide before the commit. */
  renew(response: ServerResponse): void {
    const { end } = response as { readonly end: unknown };
    if (end === this.#end || (typeof end === 'function' && this.#outermost.has(end))) {
      return;
    }
    this.#wrapped.add(response);
    for (const name of WRAPPED) {
      const hook = hooked(name, Reflect.get(response, name) as Call, this.replyOf);
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

  #define(name: string, descriptor: PropertyDescriptor): void {
    this.#before.set(name, Object.getOwnPropertyDescriptor(this.prototype, name));
    Object.defineProperty(this.prototype, name, { ...descriptor, configurable: true });
  }

  #inherited(name: Name): Call {
    return Reflect.get(this.prototype, name) as Call;
  }
}

function hooked(name: Name, original: Call, replyOf: ReplyOf): Call {
  if (name === 'end') {
    return function endAfterCommit(...args) {
      const proceed = (): ServerResponse => Reflect.apply(original, this, args) as ServerResponse;
      return replyOf(this)?.end(this, proceed, args.at(-1)) ?? proceed();
    };
  }
  return function hookedCall(...args) {
    const reply = replyOf(this);
    const seal = reply?.seal;
    if (seal !== undefined) {
      return Reflect.apply(sealedCall(seal, name), this, args);
    }
    const isFirstHead = name === 'writeHead' && reply?.haveHeadersLeft === false;
    return Reflect.apply(original, this, isFirstHead ? prepareHeaders(this, reply, args) : args);
  };
}

/** The getter is looked for once: `Reflect.get()` with a receiver takes ten times as long as to call it. */
function readerOf(prototype: object, name: string): (response: ServerResponse) => unknown {
  let owner: unknown = prototype;
  while (typeof owner === 'object' && owner !== null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) {
      return (response) => descriptor.get?.call(response) as unknown;
    }
    owner = Object.getPrototypeOf(owner);
  }
  return () => undefined;
}

/** Headers that are passed to `writeHead()` are set before, so that those of the session join them. Returns what is left to pass. */
function prepareHeaders(response: ServerResponse, reply: Reply, args: readonly unknown[]): readonly unknown[] {
  const [status] = args;
  if (typeof status === 'number') {
    response.statusCode = status;
  }
  if (args.length === 1) {
    // As Node and Express call it: there is nothing to set, and nothing to leave out.
    reply.beforeHeaders(response);
    return args;
  }
  const rest = args.slice(1);
  const headers = rest.find((arg): arg is PassedHeaders => typeof arg === 'object' && arg !== null);
  if (headers !== undefined) {
    applyPassedHeaders(response, headers);
  }
  reply.beforeHeaders(response);
  return [status, ...rest.filter((arg) => typeof arg === 'string').slice(0, 1)];
}
