import type { ObjectKey, PutProgress } from '@data-universe/storage-core';

/** Counts the bytes of a put that have been handed to the connection; repeats count once. */
export class Progress {
  readonly #key: ObjectKey;
  readonly #total: number;
  readonly #listener: ((progress: PutProgress) => void) | undefined;
  readonly #byPart = new Map<number, number>();
  #sent = 0;

  constructor(key: ObjectKey, total: number, listener?: (progress: PutProgress) => void) {
    this.#key = key;
    this.#total = total;
    this.#listener = listener;
  }

  /** The first `bytes` of a part have gone out. */
  reached(part: number, bytes: number): void {
    const before = this.#byPart.get(part) ?? 0;
    if (bytes <= before) return;
    this.#byPart.set(part, bytes);
    this.#sent += bytes - before;
    this.#listener?.({ key: this.#key, bytesSent: this.#sent, bytesTotal: this.#total });
  }
}
