import { type CallContext, failure, throwIfAborted, untilAborted } from './call-context.ts';

export interface ObjectBodyOptions extends CallContext {
  /** How many bytes must come. */
  readonly length: number;
  /** The next chunk, or undefined at the end. Throws StorageError. */
  readonly pull: () => Promise<Uint8Array | undefined>;
  /** Gives back the connection or handle; called once, also when nothing was read. */
  readonly release: () => Promise<void> | void;
}

/** The body of an ObjectContent: read once, released at its end, on an error and on `break`. */
export function objectBody(options: ObjectBodyOptions): AsyncIterable<Uint8Array> {
  let opened = false;
  let released = false;
  let rest = options.length;

  const release = async () => {
    if (released) return;
    released = true;
    await options.release();
  };

  const check = (chunk: Uint8Array | undefined): void => {
    if (chunk === undefined && rest === 0) return;
    rest -= chunk?.byteLength ?? 0;
    if (chunk !== undefined && rest >= 0) return;
    throw failure(options, {
      code: 'Unavailable',
      message:
        rest > 0
          ? `the body ended ${rest} bytes before its announced end: read it again`
          : 'the body is longer than announced: read it again',
    });
  };

  // Not a generator: `return` on one that was never started would skip the release.
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      if (released) return { done: true, value: undefined };
      let chunk: Uint8Array | undefined;
      // One function, no layers: what a chunk costs in promises is most of what a reading allocates.
      try {
        throwIfAborted(options);
        chunk = await untilAborted(options.pull(), options);
        check(chunk);
      } catch (error) {
        await release();
        throw error;
      }
      if (chunk !== undefined) return { done: false, value: chunk };
      await release();
      return { done: true, value: undefined };
    },
    async return() {
      await release();
      return { done: true, value: undefined };
    },
  };

  return {
    [Symbol.asyncIterator]() {
      if (opened)
        throw failure(options, { code: 'Unsupported', message: 'a body can be read only once' });
      opened = true;
      return iterator;
    },
  };
}
