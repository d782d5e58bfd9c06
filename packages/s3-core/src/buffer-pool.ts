import { abortedError, type CallContext, throwIfAborted } from '@data-universe/storage-core';

/** A buffer on loan: nobody else writes to it until it is given back. */
export interface Loan {
  readonly bytes: Uint8Array;
  /** Twice does no harm. */
  release(): void;
}

interface Waiting {
  readonly grant: () => void;
}

/** A bounded number of buffers, used again and again, so that uploads hold no more memory than these. */
export class BufferPool {
  readonly #most: number;
  #lent = 0;
  #free: Uint8Array[] = [];
  readonly #waiting: Waiting[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Waits its turn. Throws Aborted. */
  async lend(size: number, call: CallContext): Promise<Loan> {
    throwIfAborted(call);
    if (this.#lent < this.#most) this.#lent += 1;
    else await this.#turn(call);
    let bytes = this.#free.pop();
    // Of another put, with another part size.
    if (bytes?.byteLength !== size) bytes = Buffer.allocUnsafeSlow(size);
    const buffer = bytes;
    let lent = true;
    return {
      bytes: buffer,
      release: () => {
        if (lent) this.#takeBack(buffer);
        lent = false;
      },
    };
  }

  #takeBack(buffer: Uint8Array): void {
    this.#free.push(buffer);
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.grant();
      return;
    }
    this.#lent -= 1;
    // Idle: the memory is worth more elsewhere.
    if (this.#lent === 0) this.#free = [];
  }

  #turn(call: CallContext): Promise<void> {
    const { signal } = call;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(abortedError(call));
      };
      const waiting: Waiting = {
        grant: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#waiting.push(waiting);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
