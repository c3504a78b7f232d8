import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** `ok` passes everything on; `refuse` lets nobody connect; `blackhole` lets connect, and then nothing through. */
export type FaultMode = 'ok' | 'refuse' | 'blackhole';

/** `up` is what clients say, `down` what the server says. */
export type Direction = 'up' | 'down';

/** Stands between a client and a real server, and does to their conversation what networks do. */
export class FaultProxy {
  /** Milliseconds by which each chunk is late, in each direction. */
  latency = 0;
  /** Passes the bytes on one by one. */
  splits = false;
  /** Ends a connection as soon as so many bytes of it have passed, to the server (`up`) or back (`down`). */
  cutAfter: Partial<Record<Direction, number>> = {};
  /** How many bytes have passed, over all connections. */
  readonly bytes: Record<Direction, number> = { up: 0, down: 0 };
  /** How many connections were made to it, and how many bytes clients sent, also those that nobody got. */
  readonly heard = { connections: 0, bytes: 0 };
  /** Sees what passes. */
  tap: ((direction: Direction, chunk: Buffer) => void) | undefined;

  #cutAt: Partial<Record<Direction, number>> = {};
  #mode: FaultMode = 'ok';
  #listener: Server | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #forgotten = new WeakSet<Socket>();

  private constructor(
    /** Stays the same after a time in which nobody could connect. */
    readonly port: number,
    private targetPort: number,
    private readonly targetHost: string,
  ) {}

  /** Listens on a free port of 127.0.0.1. */
  static async to(port: number, host = '127.0.0.1'): Promise<FaultProxy> {
    const proxy = new FaultProxy(await freePort(), port, host);
    await proxy.#listen();
    return proxy;
  }

  /** In front of the server that a URL names. */
  static toUrl(url: string): Promise<FaultProxy> {
    const { hostname, port } = new URL(url);
    return FaultProxy.to(Number(port), hostname);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many connections clients have to it. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Connections that are open stay so, and are subject to `blackhole` too. */
  async setMode(mode: FaultMode): Promise<void> {
    this.#mode = mode;
    if (mode === 'refuse') this.#listener = void this.#listener?.close();
    else if (this.#listener === undefined) await this.#listen();
  }

  /** For so long nothing gets through. Whatever it swallowed is not sent again: these conversations are over. */
  async swallow(milliseconds: number): Promise<void> {
    await this.setMode('blackhole');
    await sleep(milliseconds);
    await this.setMode('ok');
    this.killAll();
  }

  /**
   * Forgets the connections that there are, as a firewall does with idle ones: they stay open, and nothing that is sent on them
   * arrives anywhere. Those that are made from now on work.
   */
  forgetConnections(): void {
    for (const socket of this.#sockets) this.#forgotten.add(socket);
  }

  /** New connections lead to another server of the same host from now on. */
  leadTo(port: number): void {
    this.targetPort = port;
  }

  /** Ends one connection, once, as soon as so many more bytes have passed over all of them. */
  cutOnce(direction: Direction, bytes: number): void {
    this.#cutAt = { [direction]: this.bytes[direction] + bytes };
  }

  /** Whether the connection of `cutOnce` is still to be ended; no longer, after this. */
  withdrawCut(): boolean {
    const isPending = Object.keys(this.#cutAt).length > 0;
    this.#cutAt = {};
    return isPending;
  }

  /** Resets every connection. */
  killAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.killAll();
    this.#listener?.close();
  }

  async #listen(): Promise<void> {
    const listener = createServer((client) => this.#carry(client)).listen(this.port, '127.0.0.1');
    await once(listener, 'listening');
    this.#listener = listener;
  }

  #carry(client: Socket): void {
    this.heard.connections += 1;
    client.on('data', (chunk: Buffer) => (this.heard.bytes += chunk.length));
    const server = connect(this.targetPort, this.targetHost);
    this.#pass(client, server, 'up');
    this.#pass(server, client, 'down');
  }

  #pass(from: Socket, to: Socket, direction: Direction): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    let passed = 0;
    let queue: Promise<unknown> = Promise.resolve();
    const forward = (chunk: Buffer): void => {
      const left = (this.cutAfter[direction] ?? Infinity) - passed;
      const leftOfAll = (this.#cutAt[direction] ?? Infinity) - this.bytes[direction];
      const allowed = chunk.subarray(0, Math.min(left, leftOfAll));
      passed += allowed.length;
      if (this.#isSwallowed(from) || to.destroyed) return;
      this.bytes[direction] += allowed.length;
      this.tap?.(direction, allowed);
      to.write(allowed);
      if (leftOfAll <= chunk.length) this.#cutAt = {};
      if (Math.min(left, leftOfAll) <= chunk.length) {
        // What was let through arrives before the end does.
        to.end(() => to.destroy());
        from.resetAndDestroy();
      }
    };
    const arrived = (chunk: Buffer): void => {
      if (!this.splits) forward(chunk);
      // One turn of the event loop for each byte, or they would arrive together all the same.
      else for (const byte of chunk) queue = queue.then(() => nextTurn(Buffer.of(byte))).then(forward);
    };
    from.on('data', (chunk: Buffer) => {
      if (this.latency > 0) setTimeout(arrived, this.latency, chunk);
      else arrived(chunk);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (this.#isSwallowed(from)) return;
      to.end();
    });
  }

  #isSwallowed(from: Socket): boolean {
    return this.#mode === 'blackhole' || this.#forgotten.has(from);
  }
}
