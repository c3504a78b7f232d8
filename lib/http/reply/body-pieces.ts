import type { ServerResponse } from 'node:http';

/**
 * The pieces of a body. A client that was told the length has the whole body with the last of them, and does not wait for the end. So
 * that one is kept until the end, which comes after the commit.
 */
export class BodyPieces {
  /** How many bytes are still to come; not a number when nobody has said it. */
  #missing: number | undefined;
  #kept: (() => unknown) | undefined;

  write(response: ServerResponse, args: readonly unknown[], write: (args: readonly unknown[]) => unknown): unknown {
    const missing = (this.#missing ??= Number(response.getHeader('Content-Length')));
    this.#missing = missing - sizeOf(args);
    if (missing > 0 && this.#missing <= 0) {
      this.#keep(response, args, write);
      return true;
    }
    this.#writeKept();
    return write(args);
  }

  /** What ends the response when all pieces are written. */
  before(end: () => ServerResponse): () => ServerResponse {
    return () => {
      this.#writeKept();
      return end();
    };
  }

  #keep(response: ServerResponse, args: readonly unknown[], write: (args: readonly unknown[]) => unknown): void {
    // Node sends them with the first piece, and so the commit that goes before begins now.
    if (!response.headersSent) {
      response.writeHead(response.statusCode);
    }
    const callback = args.at(-1);
    if (typeof callback !== 'function') {
      this.#kept = () => write(args);
      return;
    }
    // Who waits to hear of this piece may end only then.
    process.nextTick(callback);
    this.#kept = () => write(args.slice(0, -1));
  }

  #writeKept(): void {
    this.#kept?.();
    this.#kept = undefined;
  }
}

function sizeOf([piece, encoding]: readonly unknown[]): number {
  if (typeof piece === 'string') {
    return Buffer.byteLength(piece, typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined);
  }
  return piece instanceof Uint8Array ? piece.byteLength : 0;
}
