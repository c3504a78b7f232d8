import { Module, type INestApplication, type LoggerService, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { SessionsModule, type SessionsModuleOptions } from 'nestjs-sessions';
import { Browser } from './browser.js';
import { adapterOf, type Platform } from './platforms.js';

export interface TestAppOptions {
  readonly controllers?: Type[];
  readonly providers?: ModuleMetadata['providers'];
  readonly imports?: ModuleMetadata['imports'];
  /** Of `SessionsModule.forRoot()`; `false` leaves the module out. */
  readonly sessions?: SessionsModuleOptions | false;
  readonly platform?: Platform;
  /** The application is behind a proxy that ends TLS, and believes what it says. */
  readonly trustsProxies?: boolean;
  /** For browsers, which may have a connection in reserve on which they never ask anything: a server that closes waits for it. */
  readonly forceCloseConnections?: boolean;
  /** Called before the application listens. */
  readonly configure?: (app: INestApplication) => unknown;
}

/** What was logged: tests look for warnings, and for what must never be there. */
export class LogBook implements LoggerService {
  readonly lines: { level: string; message: string; context: string }[] = [];

  log = (message: unknown, ...rest: unknown[]): void => this.#add('log', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.#add('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.#add('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.#add('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.#add('verbose', message, rest);

  /** The messages that match, of all levels or of one. */
  matching(pattern: RegExp, level?: string): string[] {
    return this.lines
      .filter((line) => (level === undefined || line.level === level) && pattern.test(line.message))
      .map(({ message }) => message);
  }

  get text(): string {
    return this.lines.map(({ level, message, context }) => `${level} ${context} ${message}`).join('\n');
  }

  #add(level: string, message: unknown, rest: readonly unknown[]): void {
    const text = message instanceof Error ? (message.stack ?? message.message) : String(message);
    this.lines.push({ level, message: text, context: rest.map(String).join(' ') });
  }
}

/** A real application on a free port of 127.0.0.1. */
export class TestApp {
  private constructor(
    readonly nest: INestApplication,
    readonly url: string,
    readonly logs: LogBook,
  ) {}

  static async start({
    controllers = [],
    providers = [],
    imports = [],
    sessions = {},
    platform = 'express',
    trustsProxies = false,
    forceCloseConnections = false,
    configure,
  }: TestAppOptions): Promise<TestApp> {
    // Whether five minutes of the clock are full at some moment of a test must not matter to it.
    const own = sessions === false ? [] : [SessionsModule.forRoot({ cleanup: false, ...sessions })];
    @Module({
      imports: [...imports, ...own],
      controllers,
      providers,
    })
    class AppModule {}
    const logs = new LogBook();
    const nest = await NestFactory.create(AppModule, adapterOf(platform, trustsProxies), {
      logger: logs,
      abortOnError: false,
      forceCloseConnections,
    });
    await configure?.(nest);
    await nest.listen(0, '127.0.0.1');
    const { port } = (nest.getHttpServer() as Server).address() as AddressInfo;
    return new TestApp(nest, `http://127.0.0.1:${port}`, logs);
  }

  browser(): Browser {
    return new Browser(this.url);
  }

  async close(): Promise<void> {
    await this.nest.close();
  }
}
