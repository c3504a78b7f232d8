import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** `ok` passes everything on; `refuse` lets nobody connect; `blackhole` lets connect, and then nothing through. */
export type FaultMode = 'ok' | 'refuse' | 'blackhole';

type Direction = 'up' | 'down';

/** Stands between a client and a real server, and does to their conversation what networks do. */
export class FaultProxy {
  /** Milliseconds by which each chunk is late, in each direction. */
  latency = 0;
  /** Passes the bytes on one by one. */
  splits = false;
  /** Ends a connection as soon as so many bytes of it have passed, to the server (`up`) or back (`down`). */
  cutAfter: Partial<Record<Direction, number>> = {};

  #mode: FaultMode = 'ok';
  #port = 0;
  #listener: Server | undefined;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly targetPort: number,
    private readonly targetHost: string,
  ) {}

  /** Listens on a free port of 127.0.0.1. */
  static async to(port: number, host = '127.0.0.1'): Promise<FaultProxy> {
    const proxy = new FaultProxy(port, host);
    await proxy.#listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
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

  /** Resets every connection. */
  killAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.killAll();
    this.#listener?.close();
  }

  async #listen(): Promise<void> {
    const listener = createServer((client) => this.#carry(client)).listen(this.#port, '127.0.0.1');
    await once(listener, 'listening');
    this.#listener = listener;
    this.#port = (listener.address() as AddressInfo).port;
  }

  #carry(client: Socket): void {
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
      const allowed = chunk.subarray(0, (this.cutAfter[direction] ?? Infinity) - passed);
      passed += allowed.length;
      if (this.#mode === 'blackhole' || to.destroyed) return;
      to.write(allowed);
      if (passed >= (this.cutAfter[direction] ?? Infinity)) {
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
      if (this.#mode === 'blackhole') return;
      to.end();
    });
  }
}
