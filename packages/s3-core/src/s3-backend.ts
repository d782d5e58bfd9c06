import {
  type ByteSource,
  type CallOptions,
  type Capabilities,
  failure,
  type GetOptions,
  type KeyPrefix,
  type ListOptions,
  type ObjectContent,
  type ObjectInfo,
  type ObjectKey,
  type PutOptions,
  parseKeyPrefix,
  parseObjectKey,
  type Receipt,
  type StorageBackend,
  type Write,
} from '@data-universe/storage-core';
import { knowingAbsence } from './absence.ts';
import { S3Connection } from './connection.ts';
import { getObject } from './get.ts';
import { listObjects } from './list.ts';
import { headObject } from './object-info.ts';
import type { PresignedBackendOptions, S3BackendOptions } from './options.ts';
import { putObject } from './put.ts';
import { type SweepOptions, type SweepReport, sweepUploads } from './sweep-uploads.ts';
import { withinTime } from './time-limit.ts';

/** A StorageBackend in one bucket of Amazon S3 or of any store that speaks its protocol. */
export class S3Backend implements StorageBackend {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #connection: S3Connection;

  /** Throws TypeError for options that can't be meant; nothing is sent yet. */
  constructor(options: S3BackendOptions | PresignedBackendOptions) {
    this.#connection = new S3Connection(options);
    const { bucket, place, conditionalWrites, presigned } = this.#connection.options;
    this.name = `bucket ${bucket} at ${place}`;
    this.capabilities = {
      createOnly: conditionalWrites,
      replace: !(presigned && conditionalWrites),
      atomicCommit: false,
      reportsSha256: true,
    };
  }

  async put(key: ObjectKey, source: ByteSource, options: PutOptions): Promise<Receipt> {
    return putObject(this.#connection, parseObjectKey(key), source, options);
  }

  async get(key: ObjectKey, options: GetOptions = {}): Promise<ObjectContent> {
    const call = { operation: 'get', key: parseObjectKey(key), signal: options.signal } as const;
    return knowingAbsence(this.#connection, call, () =>
      getObject(this.#connection, call, { range: options.range }),
    );
  }

  async head(key: ObjectKey, options: CallOptions = {}): Promise<ObjectInfo> {
    const call = { operation: 'head', key: parseObjectKey(key), signal: options.signal } as const;
    return withinTime(call, this.#connection.options.callLimitMs(0), (timed) =>
      knowingAbsence(this.#connection, timed, () => headObject(this.#connection, timed.key, timed)),
    );
  }

  async *list(prefix: KeyPrefix, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    yield* listObjects(this.#connection, parseKeyPrefix(prefix), options);
  }

  async commit(_writes: readonly Write[], options: CallOptions = {}): Promise<readonly Receipt[]> {
    throw failure(
      { operation: 'commit', signal: options.signal },
      { code: 'Unsupported', message: 'S3 cannot make several objects visible at once' },
    );
  }

  /**
   * Aborts the uploads in the journal that no put will finish: old ones, and those whose key has an
   * object by now. Without a journal there is nothing to sweep. Throws StorageError
   * Aborted, and Unknown where the journal fails; what the store refuses is in the report.
   */
  async sweepUploads(options: SweepOptions = {}): Promise<SweepReport> {
    return sweepUploads(this.#connection, options);
  }

  /** Closes idle connections; the backend is of no use afterwards. */
  close(): void {
    this.#connection.close();
  }
}
