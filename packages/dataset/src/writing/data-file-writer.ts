import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '@data-universe/storage-core';
import type { DataEntity } from '../data-entity.ts';
import { DataFileError } from '../data-file-error.ts';
import { noOddities, type Oddities } from '../oddities.ts';
import { EncodedRowEncoder } from '../privacy/encode-row.ts';
import type { PrivacyKeys } from '../privacy/encoding-key.ts';
import type { SourceName } from '../source.ts';
import { sourceId } from '../source-id.ts';
import { checkEntity } from './check-entity.ts';
import { type Coverage, CoverageBuilder } from './coverage.ts';
import { EntityViews } from './entity-view.ts';
import { FileSink } from './file-sink.ts';
import { MomentScanner } from './moment-scanner.ts';
import { ParquetFile } from './parquet-file.ts';
import { RawRowEncoder } from './raw-row.ts';
import type { RowEncoder } from './row-encoder.ts';
import type { RowView } from './row-view.ts';

export const DEFAULT_BLOCK_SIZE = 65_536;
const DEFAULT_ROWS_PER_GROUP = 20_000;
/** Content bytes after which a row group ends early, so that memory is bounded whatever the rows hold. */
const GROUP_BYTES = 32 * 1024 * 1024;

export type DataFileOptions = {
  readonly source: SourceName;
  readonly rowsPerGroup?: number;
  /** Bytes. */
  readonly blockSize?: number;
} & ({ readonly profile: 'raw' } | { readonly profile: 'encoded'; readonly keys: PrivacyKeys });

/** A finished data file and all that a manifest says of it. */
export interface WrittenDataFile extends Coverage {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Sha256;
  readonly rows: number;
  readonly blockSize: number;
  /** SHA-256 of each block, 32 bytes each. */
  readonly blockList: Uint8Array;
  readonly blockListSha256: Sha256;
  readonly oddities: Oddities;
  /** Which of the entities written have no row, counted from 0; always empty in the raw profile. */
  readonly leftOut: readonly number[];
}

/**
 * Writes one data file, row group by row group. One call at a time; after a DataFileError only
 * `abort` is of use, except that an entity refused as InvalidEntity or TooLarge was not written.
 */
export class DataFileWriter {
  readonly #path: string;
  readonly #options: DataFileOptions;
  readonly #rowsPerGroup: number;
  readonly #file: FileHandle;
  readonly #sink: FileSink;
  readonly #parquet: ParquetFile;
  readonly #encoder: RowEncoder;
  readonly #views = new EntityViews();
  readonly #moment = new MomentScanner();
  readonly #coverage = new CoverageBuilder();
  readonly #oddities = noOddities();
  readonly #leftOut: number[] = [];
  #given = 0;
  #rows = 0;
  #groupRows = 0;
  #groupBytes = 0;
  #closed = false;

  /** Creates the file, which must not exist yet. */
  static async create(path: string, options: DataFileOptions): Promise<DataFileWriter> {
    const encoder =
      options.profile === 'raw'
        ? new RawRowEncoder(options.source)
        : new EncodedRowEncoder(options.source, options.keys);
    const file = await orWriteFailed(path, () => open(path, 'wx'));
    return new DataFileWriter(path, options, encoder, file);
  }

  private constructor(
    path: string,
    options: DataFileOptions,
    encoder: RowEncoder,
    file: FileHandle,
  ) {
    this.#path = path;
    this.#options = options;
    this.#rowsPerGroup = options.rowsPerGroup ?? DEFAULT_ROWS_PER_GROUP;
    this.#file = file;
    this.#encoder = encoder;
    this.#sink = new FileSink(file, options.blockSize ?? DEFAULT_BLOCK_SIZE);
    this.#parquet = new ParquetFile(this.#sink, encoder.columns, {
      'data-universe-storage.format': '2',
      'data-universe-storage.source': options.source,
      'data-universe-storage.profile': options.profile,
    });
  }

  /** Appends rows in the order given; returns the indexes of those left out. Throws DataFileError. */
  async write(entities: readonly DataEntity[]): Promise<ReadonlySet<number>> {
    const leftOut = new Set<number>();
    for (const [index, entity] of entities.entries()) {
      checkEntity(entity, sourceId(this.#options.source), this.#path);
      if (!this.add(this.#views.of(entity))) leftOut.add(index);
      if (this.isGroupFull) await this.flushGroup();
    }
    return leftOut;
  }

  /**
   * Appends one row, whose integers must be safe, whose texts UTF-8, and whose content within
   * MAX_CONTENT_BYTES; false where the profile leaves it out. `flushGroup` is due once `isGroupFull`.
   */
  add(row: RowView): boolean {
    const moment = this.#moment;
    moment.scan(row);
    this.#given += 1;
    if (!this.#encoder.add(row, moment, this.#oddities)) {
      this.#leftOut.push(this.#given - 1);
      return false;
    }
    if (!moment.found) this.#oddities.badDatetime += 1;
    this.#coverage.add(moment, row.timeBucketId);
    this.#rows += 1;
    this.#groupRows += 1;
    this.#groupBytes += row.contentEnd - row.contentStart;
    return true;
  }

  get isGroupFull(): boolean {
    return (
      this.#groupRows >= this.#rowsPerGroup ||
      this.#groupBytes >= GROUP_BYTES ||
      this.#encoder.isFull
    );
  }

  /** Throws DataFileError. */
  async flushGroup(): Promise<void> {
    if (this.#groupRows === 0) return;
    const rows = this.#groupRows;
    this.#groupRows = 0;
    this.#groupBytes = 0;
    this.#encoder.complete();
    await orWriteFailed(this.#path, () => this.#parquet.writeGroup(this.#encoder.buffers, rows));
    this.#encoder.clear();
  }

  /** Completes the file and waits until the disk has it. Throws DataFileError. */
  async finish(): Promise<WrittenDataFile> {
    await this.flushGroup();
    await orWriteFailed(this.#path, async () => {
      await this.#parquet.finish();
      await this.#file.sync();
      await this.#file.close();
      await syncFolder(dirname(this.#path));
    });
    this.#closed = true;
    return {
      path: this.#path,
      rows: this.#rows,
      blockSize: this.#options.blockSize ?? DEFAULT_BLOCK_SIZE,
      ...this.#sink.hashes(),
      ...this.#coverage.result(),
      oddities: this.#oddities,
      leftOut: this.#leftOut,
    };
  }

  /** Removes the file, unless it is finished. */
  async abort(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

async function orWriteFailed<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DataFileError('WriteFailed', path, `could not be written: ${why}`, error);
  }
}

/** Makes the new name itself durable. Windows does it without being asked, and cannot be. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
