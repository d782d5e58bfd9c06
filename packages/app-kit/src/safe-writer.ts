import { setImmediate } from 'node:timers/promises';

/** Writes to a stream whose reader may go away: `| head` is no error. */
export interface SafeWriter {
  write(text: string): void;
  /** Resolves when everything was handed to the system, or can't be any more. */
  flush(): Promise<void>;
  /** What went wrong with the stream, a reader that left apart. */
  failure(): Error | undefined;
  dispose(): void;
}

export function createSafeWriter(stream: NodeJS.WritableStream): SafeWriter {
  let broken = false;
  let failure: Error | undefined;
  const onError = (error: Error): void => {
    broken = true;
    const code = 'code' in error ? error.code : undefined;
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') failure = error;
  };
  stream.on('error', onError);
  return {
    write(text) {
      if (!broken) stream.write(text);
    },
    async flush() {
      if (!broken && stream.writable) {
        await new Promise<void>((resolve) => {
          // Called back with or without success: a failure also reaches the listener above.
          stream.write('', () => resolve());
        });
      }
      // Errors of a stream are told in a later turn than the write that caused them.
      await setImmediate();
    },
    failure: () => failure,
    dispose() {
      stream.removeListener('error', onError);
    },
  };
}
