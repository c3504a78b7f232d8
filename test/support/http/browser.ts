export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly setCookies: readonly string[];
  json<T = unknown>(): T;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A client with a cookie jar: applies each `Set-Cookie` in the order in which the answers arrive, as a browser does. */
export class Browser {
  constructor(
    readonly url: string,
    readonly cookies = new Map<string, string>(),
  ) {}

  get(path: string, options: RequestOptions = {}): Promise<Reply> {
    return this.request(path, options);
  }

  post(path: string, body?: unknown, options: RequestOptions = {}): Promise<Reply> {
    return this.request(path, { method: 'POST', body, ...options });
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async request(path: string, { method = 'GET', headers = {}, body, signal }: RequestOptions): Promise<Reply> {
    const cookie = this.cookieHeader;
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const setCookies = response.headers.getSetCookie();
    setCookies.forEach((line) => this.#apply(line));
    return {
      status: response.status,
      headers: response.headers,
      text,
      setCookies,
      json: <T>() => JSON.parse(text) as T,
    };
  }

  /** Another client that begins with the same cookies. */
  clone(): Browser {
    return new Browser(this.url, new Map(this.cookies));
  }

  /** This client, jar and all, at the address of another process that serves the same sessions. */
  at(url: string): Browser {
    return new Browser(url, this.cookies);
  }

  #apply(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const equals = pair.indexOf('=');
    const [name, value] = [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    const isExpired = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0');
    if (isExpired) {
      this.cookies.delete(name);
    } else {
      this.cookies.set(name, value);
    }
  }
}
