import {
  type CallContext,
  type CallOptions,
  isStorageError,
  type ObjectKey,
  throwIfAborted,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { abortUpload } from './multipart-requests.ts';
import { headFacts } from './object-info.ts';
import { noted } from './upload-journal.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface SweepOptions extends CallOptions {
  /** Days after which an upload that was not finished is given up. Default 7. */
  readonly olderThanDays?: number | undefined;
}

export interface SweepReport {
  /** Keys whose unfinished upload is gone, and its journal entry with it. */
  readonly removed: readonly ObjectKey[];
  /** Keys whose upload may yet be finished. */
  readonly kept: readonly ObjectKey[];
  /** Keys whose upload should go and could not be removed: the next sweep tries again. */
  readonly failed: readonly ObjectKey[];
}

/** Aborts uploads in the journal that are old, or whose key has an object by now. Throws StorageError. */
export async function sweepUploads(
  connection: S3Connection,
  { olderThanDays = 7, signal }: SweepOptions,
): Promise<SweepReport> {
  const removed: ObjectKey[] = [];
  const kept: ObjectKey[] = [];
  const failed: ObjectKey[] = [];
  const { uploadJournal } = connection.options;
  const call: CallContext = { operation: 'put', signal };
  const oldest = Date.now() - olderThanDays * DAY_MS;
  const entries = await noted(call, () => uploadJournal && all(uploadJournal.entries()));
  for (const { key, record } of entries ?? []) {
    throwIfAborted({ ...call, key });
    const active = connection.journaledKeys.has(key);
    const old = record.startedAt.getTime() < oldest;
    if (active || !(old || (await isTaken(connection, key, signal)))) {
      kept.push(key);
    } else if (await abortUpload(connection, key, record.uploadId)) {
      await noted(call, () => uploadJournal?.clear(key));
      removed.push(key);
    } else failed.push(key);
  }
  return { removed, kept, failed };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Whether an object has the key. One that can't be looked at may still be waited for. */
async function isTaken(
  connection: S3Connection,
  key: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    await headFacts(connection, { operation: 'head', key, signal });
    return true;
  } catch (error) {
    if (!isStorageError(error) || error.code === 'Aborted') throw error;
    return false;
  }
}
