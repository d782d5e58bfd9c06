import {
  type CallContext,
  failure,
  type ObjectKey,
  type Sha256,
} from '@data-universe/storage-core';

/** An upload in parts that has begun: all that another run needs to go on with it. */
export interface UploadRecord {
  readonly uploadId: string;
  /** Bytes of the whole. */
  readonly size: number;
  /** Bytes of each part but the last. */
  readonly partSize: number;
  /** Of the whole. */
  readonly sha256: Sha256;
  readonly startedAt: Date;
}

/**
 * Remembers uploads in parts across restarts, one for each key. One journal serves one bucket; what
 * it loses costs sending anew, and the store an upload that its lifecycle rule removes.
 */
export interface UploadJournal {
  load(key: ObjectKey): Promise<UploadRecord | undefined>;
  /** Replaces what was noted for the key; kept once it returns, whatever happens to the process. */
  save(key: ObjectKey, record: UploadRecord): Promise<void>;
  clear(key: ObjectKey): Promise<void>;
  entries(): AsyncIterable<{ readonly key: ObjectKey; readonly record: UploadRecord }>;
}

/** What a journal is asked, with its failures as StorageErrors. */
export async function noted<T>(call: CallContext, ask: () => Promise<T> | undefined) {
  try {
    return await ask();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw failure(call, { code: 'Unknown', message: `the upload journal failed: ${why}`, cause });
  }
}
