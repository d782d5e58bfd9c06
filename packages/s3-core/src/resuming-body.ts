import type { Readable } from 'node:stream';
import {
  abortedError,
  type CallContext,
  failure,
  isStorageError,
  objectBody,
  type StorageError,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { tooLate } from './time-limit.ts';

/** A connection that brought this much was worth opening: the cut after it does not count. */
const WORTH_BYTES = 1024 * 1024;

export interface ResumingBodyOptions extends CallContext {
  readonly range: { readonly start: number; readonly end: number };
  readonly first: Readable;
  /** Opens the rest from this byte of the object on. Throws PreconditionFailed for another version. */
  readonly reopen: (start: number) => Promise<Readable>;
}

/**
 * A body that goes on where its connection was cut or fell silent. It gives up after as many cuts
 * as a request has attempts, with less than a mebibyte between them.
 */
export function resumingBody(
  connection: S3Connection,
  { range, first, reopen, ...call }: ResumingBodyOptions,
): AsyncIterable<Uint8Array> {
  const { maxAttempts, callLimitMs } = connection.options;
  const limitMs = callLimitMs(range.end - range.start);
  let reading = new Reading(first);
  let released = false;
  let position = range.start;
  let cuts = 0;
  let waitedMs = 0;

  const resume = async (cut: StorageError): Promise<Reading> => {
    try {
      const next = new Reading(await reopen(position));
      if (!released) return next;
      next.close();
      throw abortedError(call);
    } catch (error) {
      // A store without ranges: the whole can be read again, though not from here on.
      throw isStorageError(error, 'Unsupported') ? cut : error;
    }
  };

  const next = async (): Promise<Uint8Array | undefined> => {
    // Its reader may take as long as it likes.
    const asked = performance.now();
    for (;;) {
      const current = reading;
      try {
        const { value: chunk } = await current.next();
        if (chunk === undefined && position < range.end) throw cutShort(call, range.end - position);
        const bytes = chunk?.byteLength ?? 0;
        current.bytes += bytes;
        position += bytes;
        waitedMs += performance.now() - asked;
        if (waitedMs > limitMs) throw tooLate(call, limitMs);
        return chunk;
      } catch (error) {
        current.close();
        const failed = isStorageError(error) ? error : connection.translate(error, call);
        if (current.bytes >= WORTH_BYTES) cuts = 0;
        cuts += 1;
        if (!failed.retryable || cuts >= maxAttempts || waitedMs > limitMs) throw failed;
        reading = await resume(failed);
      }
    }
  };

  const release = () => {
    released = true;
    call.signal?.removeEventListener('abort', release);
    reading.close();
  };
  // Its reader may be busy elsewhere, and never come back for the rest.
  call.signal?.addEventListener('abort', release, { once: true });

  return objectBody({
    ...call,
    length: range.end - range.start,
    release,
    pull: next,
  });
}

/** One answer's body and how much came of it. */
class Reading {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array, undefined>;
  bytes = 0;

  constructor(stream: Readable) {
    this.#stream = stream;
    // A stream that nobody reads any more must not end the process with its last error.
    stream.on('error', () => undefined);
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return this.#chunks.next();
  }

  close(): void {
    this.#stream.destroy();
  }
}

function cutShort(call: CallContext, missing: number): StorageError {
  return failure(call, {
    code: 'Unavailable',
    message: `the body ended ${missing} bytes before its announced end`,
  });
}
