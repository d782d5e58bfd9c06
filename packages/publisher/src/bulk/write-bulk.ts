import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DataFileWriter,
  encodingKey,
  ODDITY_KINDS,
  type RowView,
  sourceId,
} from '@data-universe/dataset/writing';
import { fileOptionsOf } from '../cycle/file-options.ts';
import { BatchReader, RowError } from '../database/batch-reader.ts';
import { databaseError } from '../database/database-errors.ts';
import { openDatabase } from '../database/open-database.ts';
import { diskFullOr, PublisherError } from '../errors.ts';
import { EntryList } from '../ledger/entries.ts';
import { ENTRY_BYTES, RowDigest } from '../ledger/row-digest.ts';
import {
  ABORT,
  type BulkFile,
  type BulkJob,
  type BulkProgress,
  type BulkResult,
  STOP,
} from './bulk-job.ts';

/** A page of SQLite's cache costs no read; the upper levels of the table's tree fit into so many. */
const CACHE_KIB = 8 * 1024;

/**
 * Reads buckets and writes their rows into staging files, cut at `maxRowsPerFile`. Leaves no file behind
 * when it fails. Throws PublisherError, DataFileError.
 */
export async function writeBulk(job: BulkJob, onRows: BulkProgress): Promise<BulkResult> {
  const { connection } = openDatabase(job.databasePath, job.busyTimeoutMs);
  const files = new BulkFiles(job);
  try {
    connection.pragma(`cache_size = -${CACHE_KIB}`);
    const reader = new BatchReader(connection, sourceId(job.source));
    const buckets: BulkResult['buckets'][number][] = [];
    while (buckets.length < job.buckets.length) {
      throwIfJobAborted(job);
      if (buckets.length > 0 && Atomics.load(job.aborted, 0) === STOP) break;
      const before = files.rows;
      const left = job.buckets.slice(buckets.length);
      buckets.push(...(await reader.read(left, (row) => files.add(row))));
      onRows(files.rows - before);
    }
    const { contentBytes, oddities } = files;
    return {
      files: await files.finish(),
      buckets,
      unpublishable: reader.unpublishable,
      contentBytes,
      oddities,
    };
  } catch (error) {
    await files.abort();
    throw bulkError(error, job);
  } finally {
    connection.close();
  }
}

function bulkError(error: unknown, { databasePath, stagingDirectory }: BulkJob): unknown {
  if (error instanceof RowError)
    return new PublisherError({
      code: 'DatabaseMalformed',
      message: `The table DataEntity of ${databasePath} can't be read: ${error.message}. Run "PRAGMA integrity_check" on it, or restore a copy`,
      cause: error,
    });
  return diskFullOr(databaseError(error, databasePath), stagingDirectory);
}

function throwIfJobAborted({ aborted }: Pick<BulkJob, 'aborted'>): void {
  if (Atomics.load(aborted, 0) !== ABORT) return;
  throw new PublisherError({ code: 'Aborted', message: 'Publishing was stopped' });
}

/** The staging files of one job. */
class BulkFiles {
  readonly #job: BulkJob;
  readonly #digest: RowDigest;
  readonly #entry = Buffer.alloc(ENTRY_BYTES);
  readonly #done: BulkFile[] = [];
  #writer: DataFileWriter | undefined;
  #segments: { bucketId: number; firstRow: number; entries: EntryList }[] = [];
  #fileRows = 0;
  rows = 0;
  contentBytes = 0;
  readonly oddities: BulkResult['oddities'] = {};

  constructor(job: BulkJob) {
    this.#job = job;
    this.#digest = new RowDigest(job.salt);
  }

  add(row: RowView): Promise<void> | undefined {
    if (this.#writer === undefined) return this.#create().then(() => this.add(row));
    this.rows += 1;
    if (!this.#writer.add(row)) return undefined;
    this.#addEntry(row);
    this.#fileRows += 1;
    this.contentBytes += row.contentEnd - row.contentStart;
    if (this.#fileRows === this.#job.maxRowsPerFile) return this.#complete();
    if (!this.#writer.isGroupFull) return undefined;
    throwIfJobAborted(this.#job);
    return this.#writer.flushGroup();
  }

  async finish(): Promise<readonly BulkFile[]> {
    if (this.#fileRows > 0) await this.#complete();
    else await this.#writer?.abort();
    return this.#done;
  }

  async abort(): Promise<void> {
    await this.#writer?.abort();
    for (const { written } of this.#done) await rm(written.path, { force: true });
  }

  #addEntry(row: RowView): void {
    let segment = this.#segments.at(-1);
    if (segment?.bucketId !== row.timeBucketId) {
      const { timeBucketId: bucketId } = row;
      segment = { bucketId, firstRow: this.#fileRows, entries: new EntryList() };
      this.#segments.push(segment);
    }
    this.#digest.writeView(row, this.#entry, 0);
    segment.entries.append(this.#entry);
  }

  async #create(): Promise<void> {
    const path = join(this.#job.stagingDirectory, `${randomUUID()}.tmp`);
    const { keys } = this.#job;
    const privacy = keys && { username: encodingKey(keys.username), url: encodingKey(keys.url) };
    this.#writer = await DataFileWriter.create(path, fileOptionsOf(this.#job, privacy));
  }

  async #complete(): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    const { oddities, leftOut: _, ...written } = await writer.finish();
    this.#writer = undefined;
    this.#fileRows = 0;
    for (const kind of ODDITY_KINDS)
      if (oddities[kind] > 0) this.oddities[kind] = (this.oddities[kind] ?? 0) + oddities[kind];
    const segments = this.#segments.map(({ entries, ...segment }) => ({
      ...segment,
      entries: entries.bytes(),
    }));
    this.#segments = [];
    this.#done.push({ written, segments });
  }
}
