import type { ServerResponse } from 'node:http';
import type { Reply } from './reply.js';
import { applyPassedHeaders, type PassedHeaders } from './response-headers.js';

type Call = (this: ServerResponse, ...args: unknown[]) => unknown;

const HOOKED = ['end', 'writeHead'] as const;

/**
 * The one place where responses are tampered with. The hooks are members of the prototype that all responses of an application
 * have: a response whose session nobody touches is as it was, and none is given members of its own.
 */
export class ResponseHooks {
  readonly #before = new Map<string, PropertyDescriptor | undefined>();
  /** Hooks that are laid over the wrappers of others. */
  readonly #outermost = new WeakSet<object>();
  /** Responses that have such hooks. Inside of these the wrappers of others are at work. */
  readonly #wrapped = new WeakSet<ServerResponse>();

  constructor(
    private readonly prototype: ServerResponse,
    private readonly replyOf: (response: ServerResponse) => Reply | undefined,
  ) {
    for (const name of HOOKED) {
      const original = Reflect.get(prototype, name) as Call;
      const innermost = this.#hook(name, original, (response) =>
        this.#wrapped.has(response) ? undefined : this.replyOf(response),
      );
      this.#before.set(name, Object.getOwnPropertyDescriptor(prototype, name));
      Object.defineProperty(prototype, name, { value: innermost, writable: true, configurable: true });
    }
  }

  /** Makes the hooks the outermost: a wrapper that was laid over them (compression) would else decide before the commit. */
  renew(response: ServerResponse): void {
    const end: unknown = Reflect.get(response, 'end');
    if (end === Reflect.get(this.prototype, 'end') || (typeof end === 'function' && this.#outermost.has(end))) {
      return;
    }
    this.#wrapped.add(response);
    for (const name of HOOKED) {
      const hook = this.#hook(name, Reflect.get(response, name) as Call, this.replyOf);
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

  #hook(name: (typeof HOOKED)[number], original: Call, replyOf: (response: ServerResponse) => Reply | undefined): Call {
    if (name === 'end') {
      return function endAfterCommit(...args) {
        const reply = replyOf(this);
        return reply === undefined
          ? Reflect.apply(original, this, args)
          : reply.end(this, () => Reflect.apply(original, this, args) as ServerResponse, args.at(-1));
      };
    }
    return function writeHeadWithSession(...args) {
      const reply = replyOf(this);
      const isFirst = reply?.haveHeadersLeft === false;
      return Reflect.apply(original, this, isFirst ? prepareHeaders(this, reply, args) : args);
    };
  }
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
