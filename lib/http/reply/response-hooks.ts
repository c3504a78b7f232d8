import type { ServerResponse } from 'node:http';
import type { Reply } from './reply.js';
import { applyPassedHeaders, type PassedHeaders } from './response-headers.js';
import { sealedCall, type Call } from './sealed-response.js';

/** What others wrap as well. */
const WRAPPED = ['end', 'writeHead', 'write'] as const;
const UNWRAPPED = ['setHeader', 'appendHeader', 'removeHeader', 'flushHeaders'] as const;
const FLAGS = ['headersSent', 'writableEnded'] as const;

type Name = (typeof WRAPPED)[number] | (typeof UNWRAPPED)[number];

/** Finds what a response has to pass by. */
export interface Replies {
  /** `undefined` while nobody has touched the session of its request. */
  replyOf(response: ServerResponse): Reply | undefined;
}

/**
 * The one place where responses are tampered with: what ends a reply or writes its headers passes by the reply of the session.
 * The hooks are one set for all responses of one kind, either on their prototype or on each of them.
 */
export class ResponseHooks {
  readonly #methods: Readonly<Record<string, Call>>;
  readonly #flags: PropertyDescriptorMap;
  readonly #before = new Map<string, PropertyDescriptor | undefined>();
  /** Hooks that are laid over the wrappers of others. */
  readonly #outermost = new WeakSet<object>();
  /** Responses that have such hooks. Inside of these, wrappers of others write what the hooks have let pass. */
  readonly #wrapped = new WeakSet<ServerResponse>();

  constructor(
    private readonly prototype: ServerResponse,
    private readonly replies: Replies,
  ) {
    const unwrapped: Replies = {
      replyOf: (response) => {
        const reply = replies.replyOf(response);
        return reply === undefined || this.#wrapped.has(response) ? undefined : reply;
      },
    };
    const hookOf = (name: Name, of: Replies): [Name, Call] => [
      name,
      hooked(name, Reflect.get(prototype, name) as Call, of),
    ];
    this.#methods = Object.fromEntries<Call>([
      ...WRAPPED.map((name) => hookOf(name, unwrapped)),
      ...UNWRAPPED.map((name) => hookOf(name, replies)),
    ]);
    this.#flags = Object.fromEntries(FLAGS.map((name) => [name, flagged(readerOf(prototype, name), replies)]));
  }

  /** Lays the hooks on the prototype. */
  mount(): void {
    const methods = Object.entries(this.#methods).map(
      ([name, value]) => [name, { value, writable: true, configurable: true }] as const,
    );
    for (const [name, descriptor] of [...methods, ...Object.entries(this.#flags)]) {
      this.#before.set(name, Object.getOwnPropertyDescriptor(this.prototype, name));
      Object.defineProperty(this.prototype, name, descriptor);
    }
  }

  unmount(): void {
    for (const [name, descriptor] of this.#before) {
      if (descriptor === undefined) {
        Reflect.deleteProperty(this.prototype, name);
      } else {
        Object.defineProperty(this.prototype, name, descriptor);
      }
    }
  }

  /** Lays the hooks on one response, over the wrappers of others that it has by now. */
  lay(response: ServerResponse): void {
    const wrapped = WRAPPED.filter((name) => Object.hasOwn(response, name));
    const hooks = wrapped.map((name) => [name, this.#hookOver(response, name)] as const);
    Object.assign(response, this.#methods);
    for (const [name, hook] of hooks) {
      Object.assign(response, { [name]: hook });
    }
    Object.defineProperties(response, this.#flags);
  }

  /** Makes the hooks the outermost: a wrapper that was laid over them (compression) would else decide before the commit. */
  renew(response: ServerResponse): void {
    const { end } = response as { readonly end: unknown };
    if (end === this.#methods['end'] || (typeof end === 'function' && this.#outermost.has(end))) {
      return;
    }
    this.#wrapped.add(response);
    for (const name of WRAPPED) {
      const hook = this.#hookOver(response, name);
      Object.defineProperty(response, name, { value: hook, configurable: true, writable: true });
    }
  }

  #hookOver(response: ServerResponse, name: Name): Call {
    const hook = hooked(name, Reflect.get(response, name) as Call, this.replies);
    this.#outermost.add(hook);
    return hook;
  }
}

function hooked(name: Name, original: Call, replies: Replies): Call {
  if (name === 'end') {
    return function endAfterCommit(...args) {
      const proceed = (): ServerResponse => Reflect.apply(original, this, args) as ServerResponse;
      return replies.replyOf(this)?.end(this, proceed, args.at(-1)) ?? proceed();
    };
  }
  return function hookedCall(...args) {
    const reply = replies.replyOf(this);
    const seal = reply?.seal;
    if (seal !== undefined) {
      return Reflect.apply(sealedCall(seal, name), this, args);
    }
    const isFirstHead = name === 'writeHead' && reply?.haveHeadersLeft === false;
    return Reflect.apply(original, this, isFirstHead ? prepareHeaders(this, reply, args) : args);
  };
}

/** While the reply is held, the response counts as sent. */
function flagged(original: (response: ServerResponse) => unknown, replies: Replies): PropertyDescriptor {
  return {
    configurable: true,
    get(this: ServerResponse): unknown {
      return replies.replyOf(this)?.seal !== undefined || original(this);
    },
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
