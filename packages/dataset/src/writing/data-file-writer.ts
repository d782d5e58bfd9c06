import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '@data-universe/storage-core';
import { ParquetWriter } from 'hyparquet-writer';
import type { DataEntity } from '../data-entity.ts';
import { DataFileError } from '../data-file-error.ts';
import { parseDatetime } from '../datetime.ts';
import { noOddities, type Oddities } from '../oddities.ts';
import { encodedRowEncoder } from '../privacy/encode-row.ts';
import type { PrivacyKeys } from '../privacy/encoding-key.ts';
import { parquetSchemaOf } from '../schema/parquet-schema.ts';
import { type SourceName, sourceId } from '../source.ts';
import { checkEntity } from './check-entity.ts';
import { type Coverage, CoverageBuilder } from './coverage.ts';
import { ParquetSink } from './parquet-sink.ts';
import { rawRowEncoder } from './raw-row.ts';
import type { RowEncoder } from './row-encoder.ts';
import { RowGroupBuilder } from './row-group.ts';

export const DEFAULT_BLOCK_SIZE = 65_536;
const DEFAULT_ROWS_PER_GROUP = 20_000;
/** Content bytes after which a row group ends early, so that memory is bounded whatever the rows hold. */
const GROUP_BYTES = 32 * 1024 * 1024;
/** Snappy looks back no further: longer pages would compress no better and prune worse. */
const PAGE_BYTES = 65_536;
/** Long enough for a URI to be told from its neighbours. */
const STATISTICS_BYTES = 256;

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
  readonly #file: FileHandle;
  readonly #sink: ParquetSink;
  readonly #parquet: ParquetWriter;
  readonly #encoder: RowEncoder;
  readonly #coverage = new CoverageBuilder();
  readonly #oddities = noOddities();
  readonly #leftOut: number[] = [];
  #group: RowGroupBuilder;
  #given = 0;
  #rows = 0;
  #closed = false;

  /** Creates the file, which must not exist yet. */
  static async create(path: string, options: DataFileOptions): Promise<DataFileWriter> {
    const encoder =
      options.profile === 'raw'
        ? rawRowEncoder(options.source)
        : encodedRowEncoder(options.source, options.keys);
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
    this.#file = file;
    this.#encoder = encoder;
    this.#group = new RowGroupBuilder(encoder.columns);
    this.#sink = new ParquetSink(file, options.blockSize ?? DEFAULT_BLOCK_SIZE);
    this.#parquet = new ParquetWriter({
      writer: this.#sink,
      schema: parquetSchemaOf(encoder.columns),
      statisticsTruncateLength: STATISTICS_BYTES,
      createdBy: 'data-universe-storage',
      kvMetadata: [
        { key: 'data-universe-storage.format', value: '1' },
        { key: 'data-universe-storage.source', value: options.source },
        { key: 'data-universe-storage.profile', value: options.profile },
      ],
    });
  }

  /** Appends rows in the order given. Throws DataFileError. */
  async write(entities: readonly DataEntity[]): Promise<void> {
    const { source, rowsPerGroup = DEFAULT_ROWS_PER_GROUP } = this.#options;
    for (const entity of entities) {
      checkEntity(entity, sourceId(source), this.#path);
      const moment = parseDatetime(entity.datetime);
      const cells = this.#encoder.encode(entity, moment, this.#oddities);
      this.#given += 1;
      if (cells === undefined) {
        this.#leftOut.push(this.#given - 1);
        continue;
      }
      if (moment === undefined) this.#oddities.badDatetime += 1;
      this.#coverage.add(moment, entity.timeBucketId);
      this.#group.add(cells, entity.content.byteLength);
      if (this.#group.rows >= rowsPerGroup || this.#group.bytes >= GROUP_BYTES)
        await this.#flushGroup();
    }
  }

  /** Completes the file and waits until the disk has it. Throws DataFileError. */
  async finish(): Promise<WrittenDataFile> {
    await this.#flushGroup();
    await orWriteFailed(this.#path, async () => {
      await this.#parquet.finish();
      await this.#sink.flush();
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

  async #flushGroup(): Promise<void> {
    const group = this.#group;
    if (group.rows === 0) return;
    this.#group = new RowGroupBuilder(this.#encoder.columns);
    await orWriteFailed(this.#path, async () => {
      await this.#parquet.write({
        columnData: group.columnData(),
        rowGroupSize: group.rows,
        pageSize: PAGE_BYTES,
      });
    });
    this.#rows += group.rows;
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
