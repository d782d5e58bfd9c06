import { connect, type Socket } from 'node:net';

const STATUS = /HTTP\/1\.1 (\d{3})/g;

/** Answers by status, and what got none. */
export interface Tally {
  readonly statuses: Map<string, number>;
  sent: number;
  /** Not sent, because every connection still waited for an answer. */
  unsent: number;
}

/** Keeps connections open and sends prepared bytes on whichever is free: cheaper than any HTTP client. */
export class RawConnections {
  readonly tally: Tally = { statuses: new Map(), sent: 0, unsent: 0 };
  readonly #url: URL;
  readonly #limit: number;
  readonly #free: Socket[] = [];
  readonly #open = new Set<Socket>();
  #closed = false;

  constructor(url: string, limit: number) {
    this.#url = new URL(url);
    this.#limit = limit;
  }

  send(request: Uint8Array): void {
    const socket = this.#take();
    if (socket === undefined) {
      this.tally.unsent += 1;
      return;
    }
    this.tally.sent += 1;
    socket.write(request);
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#open) socket.destroy();
  }

  #take(): Socket | undefined {
    for (;;) {
      const socket = this.#free.pop();
      if (socket === undefined) break;
      if (!socket.destroyed) return socket;
    }
    return this.#open.size < this.#limit ? this.#connect() : undefined;
  }

  #connect(): Socket {
    const socket = connect(Number(this.#url.port), this.#url.hostname);
    this.#open.add(socket);
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => {
      let answered = false;
      for (const [, status = ''] of text.matchAll(STATUS)) {
        this.#count(status);
        answered = true;
      }
      if (answered) this.#free.push(socket);
    });
    // The service may cut what it has no use for.
    socket.on('error', () => this.#closed || this.#count('cut'));
    socket.on('close', () => this.#open.delete(socket));
    return socket;
  }

  #count(status: string): void {
    this.tally.statuses.set(status, (this.tally.statuses.get(status) ?? 0) + 1);
  }
}
