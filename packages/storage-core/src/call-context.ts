import { StorageError, type StorageErrorOptions, type StorageOperation } from './errors.ts';

/** What a call does and to which key, for its errors. */
export interface CallContext {
  readonly operation: StorageOperation;
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export function abortedError(call: CallContext): StorageError {
  return failure(call, {
    code: 'Aborted',
    message: 'the caller aborted it',
    cause: call.signal?.reason,
  });
}

export function throwIfAborted(call: CallContext): void {
  if (call.signal?.aborted) throw abortedError(call);
}

/** A StorageError about a call. */
export function failure(
  call: CallContext,
  what: Pick<StorageErrorOptions, 'code' | 'message' | 'cause'>,
): StorageError {
  return new StorageError({ ...what, operation: call.operation, key: call.key });
}

/** Settles with the promise, or rejects with Aborted as soon as the signal fires. */
export function untilAborted<T>(promise: Promise<T>, call: CallContext): Promise<T> {
  const { signal } = call;
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(abortedError(call));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
