import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkBlock } from '../limits/network-block.ts';

export interface ConnectionLimits {
  /** All at once. One more takes the place of the one that has been silent or unfinished longest. */
  readonly total: number;
  /** Of one address block; undefined behind a proxy, where all come from one. */
  readonly perBlock: number | undefined;
  /** Unanswered on one connection: HTTP lets a client send ahead. */
  readonly pipelined: number;
}

const TOO_MANY_BODY = JSON.stringify({
  request_id: 'none',
  error: {
    code: 'TooManyRequests',
    message: 'Too many connections from this address; close some, and try again in a second.',
    retryable: true,
    retry_after: 1,
  },
});
/** Said before anything was asked: a connection cut without a word leaves clients guessing. */
const TOO_MANY = [
  'HTTP/1.1 429 Too Many Requests',
  'Retry-After: 1',
  'Connection: close',
  'Content-Type: application/json',
  `Content-Length: ${TOO_MANY_BODY.length}`,
  '',
  TOO_MANY_BODY,
].join('\r\n');

interface Connection {
  readonly block: string;
  unanswered: number;
}

/**
 * Bounds what open connections can hold. A connection that waits, for its headers, its body or its next
 * request, gives way to a new one; one whose request is being decided on does not.
 */
export class ConnectionGuard {
  readonly #limits: ConnectionLimits;
  readonly #connections = new Map<Socket, Connection>();
  /** Those that owe us something, the longest waiting first. */
  readonly #waiting = new Set<Socket>();
  readonly #perBlock = new Map<string, number>();

  constructor(server: Server, limits: ConnectionLimits) {
    this.#limits = limits;
    server.on('connection', (socket: Socket) => this.#admit(socket));
  }

  /** A request's headers are here. False where too many are ahead of it: the connection is cut. */
  begin(socket: Socket): boolean {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return false;
    connection.unanswered += 1;
    if (connection.unanswered <= this.#limits.pipelined) return true;
    socket.destroy();
    return false;
  }

  /** The whole request is here: now we owe the answer. */
  received(socket: Socket): void {
    this.#waiting.delete(socket);
  }

  /** The answer has been handed to the system, or nobody is left to take it. */
  end(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.unanswered -= 1;
    if (connection.unanswered === 0) this.#waiting.add(socket);
  }

  /** Cuts the connections without a request: at a stop nobody waits for one to come. */
  closeIdle(): void {
    for (const [socket, { unanswered }] of this.#connections)
      if (unanswered === 0) socket.destroy();
  }

  #admit(socket: Socket): void {
    const block = networkBlock(socket.remoteAddress ?? '');
    const ofBlock = this.#perBlock.get(block) ?? 0;
    const { perBlock, total } = this.#limits;
    if (perBlock !== undefined && ofBlock >= perBlock) {
      socket.end(TOO_MANY);
      socket.destroySoon();
      return;
    }
    if (this.#connections.size >= total) {
      const [longest = socket] = this.#waiting;
      longest.destroy();
      this.#forget(longest);
      if (longest === socket) return;
    }
    this.#connections.set(socket, { block, unanswered: 0 });
    this.#waiting.add(socket);
    this.#perBlock.set(block, (this.#perBlock.get(block) ?? 0) + 1);
    socket.once('close', () => this.#forget(socket));
  }

  #forget(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    this.#connections.delete(socket);
    this.#waiting.delete(socket);
    const left = (this.#perBlock.get(connection.block) ?? 1) - 1;
    if (left === 0) this.#perBlock.delete(connection.block);
    else this.#perBlock.set(connection.block, left);
  }
}
