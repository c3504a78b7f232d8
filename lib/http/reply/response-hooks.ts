import type { ServerResponse } from 'node:http';
import { putBack } from '../put-back.js';
import type { RequestSlot } from '../request-slot.js';
import type { Reply } from './reply.js';
import { applyPassedHeaders, type PassedHeaders } from './response-headers.js';
import { SEALED, type Call } from './sealed-response.js';
import { keepSessionHeaders } from './session-headers.js';

/** What others wrap as well. */
const WRAPPED = ['end', 'writeHead', 'write'] as const;
const UNWRAPPED = ['setHeader', 'appendHeader', 'removeHeader', 'flushHeaders'] as const;
const FLAGS = ['headersSent', 'writableEnded'] as const;

type Members = Readonly<Record<(typeof WRAPPED)[number], unknown>>;
type Name = (typeof WRAPPED)[number] | (typeof UNWRAPPED)[number];

/** What the responses have to pass by, on the requests whose session somebody has touched. */
export type Replies = RequestSlot<{ readonly reply: Reply; readonly isTouched: boolean } | null>;

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
    const hookOf = (name: Name, wrapped?: WeakSet<ServerResponse>): [Name, Call] => [
      name,
      hooked(name, Reflect.get(prototype, name) as Call, replies, wrapped),
    ];
    this.#methods = Object.fromEntries<Call>([
      ...WRAPPED.map((name) => hookOf(name, this.#wrapped)),
      ...UNWRAPPED.map((name) => hookOf(name)),
    ]);
    this.#flags = Object.fromEntries(FLAGS.map((name) => [name, flagged(descriptorOf(prototype, name), replies)]));
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
      putBack(this.prototype, name, descriptor);
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

  /**
   * Makes the hooks the outermost: a wrapper that was laid over them (compression) would else decide before the commit, and one
   * that a tracer (dd-trace) has laid on the response before the platform gave it its prototype would pass them by.
   */
  renew(response: ServerResponse): void {
    const members = response as Members;
    const { end, writeHead, write } = this.#methods;
    // Most responses: compared without a call.
    const isBare = members.end === end && members.writeHead === writeHead && members.write === write;
    if (isBare || WRAPPED.every((name) => this.#isHook(name, members))) {
      return;
    }
    this.#wrapped.add(response);
    for (const name of WRAPPED) {
      const hook = this.#hookOver(response, name);
      Object.defineProperty(response, name, { value: hook, configurable: true, writable: true });
    }
  }

  #isHook(name: keyof Members, { [name]: method }: Members): boolean {
    return method === this.#methods[name] || (typeof method === 'function' && this.#outermost.has(method));
  }

  #hookOver(response: ServerResponse, name: Name): Call {
    const hook = hooked(name, Reflect.get(response, name) as Call, this.replies);
    this.#outermost.add(hook);
    return hook;
  }
}

/** `wrapped`: responses that this hook lets pass, since they have another one further out. */
function hooked(name: Name, original: Call, replies: Replies, wrapped?: WeakSet<ServerResponse>): Call {
  if (name === 'end') {
    return function endAfterCommit(...args) {
      const reply = replies.get(this.req)?.reply;
      return reply === undefined || wrapped?.has(this) === true
        ? Reflect.apply(original, this, args)
        : reply.end(this, () => Reflect.apply(original, this, args) as ServerResponse, args.at(-1));
    };
  }
  return function hookedCall(...args) {
    const http = replies.get(this.req);
    if (http === undefined || http === null) {
      return Reflect.apply(original, this, args);
    }
    const { reply } = http;
    if (wrapped?.has(this) === true) {
      if (name === 'writeHead' && http.isTouched) {
        keepSessionHeaders(this, reply.isCookieSet);
      }
      return Reflect.apply(original, this, args);
    }
    const sealed = SEALED[reply.state];
    if (sealed !== undefined) {
      return Reflect.apply(sealed[name], this, args);
    }
    if (name === 'write') {
      return reply.write(this, args, (passed) => Reflect.apply(original, this, passed));
    }
    const isFirstHead = name === 'writeHead' && !reply.haveHeadersLeft;
    return Reflect.apply(original, this, isFirstHead ? prepareHeaders(this, reply, args) : args);
  };
}

/** While the reply is held, the response counts as sent. */
function flagged(original: PropertyDescriptor | undefined, replies: Replies): PropertyDescriptor {
  return {
    configurable: true,
    get(this: ServerResponse): unknown {
      const reply = replies.get(this.req)?.reply;
      return (reply !== undefined && SEALED[reply.state] !== undefined) || original?.get?.call(this);
    },
  };
}

/** The getter is looked for once: `Reflect.get()` with a receiver takes ten times as long as to call it. */
function descriptorOf(prototype: object, name: string): PropertyDescriptor | undefined {
  let owner: unknown = prototype;
  while (typeof owner === 'object' && owner !== null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) {
      return descriptor;
    }
    owner = Object.getPrototypeOf(owner);
  }
  return undefined;
}

/** Headers that are passed to `writeHead()` are set before, so that those of the session join them. Returns what is left to pass. */
function prepareHeaders(response: ServerResponse, reply: Reply, args: readonly unknown[]): readonly unknown[] {
  const [status] = args;
  // Node takes a number that is written as a text, too.
  response.statusCode = Number(status);
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
  return [status, ...rest.filter((arg) => typeof arg === 'string')];
}
