import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DataEntity,
  DataFileWriter,
  manifestFileOf,
  ODDITY_KINDS,
} from '@data-universe/dataset';
import { diskFullOr } from '../errors.ts';
import { EntryList } from '../ledger/entries.ts';
import type { NewFile, NewSegment } from '../ledger/ledger-records.ts';
import type { Cycle } from './cycle.ts';
import { fileOptionsOf } from './file-options.ts';
import type { RowSink } from './row-sink.ts';

const PENDING_ROWS = 2_000;
const PENDING_BYTES = 8 * 1024 * 1024;

interface OpenFile {
  readonly writer: DataFileWriter;
  readonly segments: { bucketId: number; firstRow: number; entries: EntryList }[];
  rows: number;
}

/** Writes Parquet into the staging folder, each file under its final name once it is complete. */
export class StagingSink implements RowSink {
  readonly #cycle: Cycle;
  #pending: { entity: DataEntity; entry: Buffer }[] = [];
  #pendingBytes = 0;
  #open: OpenFile | undefined;
  #files: NewFile[] = [];

  constructor(cycle: Cycle) {
    this.#cycle = cycle;
  }

  get full(): boolean {
    return this.#files.length >= this.#cycle.maxFilesPerCommit;
  }

  get filesLeft(): number {
    return this.#cycle.maxFilesPerCommit - this.#files.length - (this.#open ? 1 : 0);
  }

  adopt(files: readonly NewFile[]): void {
    this.#files.push(...files);
  }

  push(entity: DataEntity, entry: Buffer): 'flush' | 'more' {
    this.#pending.push({ entity, entry });
    this.#pendingBytes += entity.content.byteLength;
    const rows = (this.#open?.rows ?? 0) + this.#pending.length;
    const pageFull = this.#pending.length >= PENDING_ROWS || this.#pendingBytes >= PENDING_BYTES;
    return pageFull || rows >= this.#cycle.maxRowsPerFile ? 'flush' : 'more';
  }

  async flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    await this.#orDiskFull(async () => {
      this.#open ??= await this.#create();
      const file = this.#open;
      const leftOut = await file.writer.write(this.#pending.map(({ entity }) => entity));
      for (const [index, { entity, entry }] of this.#pending.entries()) {
        if (leftOut.has(index)) continue;
        let segment = file.segments.at(-1);
        if (segment?.bucketId !== entity.timeBucketId) {
          segment = {
            bucketId: entity.timeBucketId,
            firstRow: file.rows,
            entries: new EntryList(),
          };
          file.segments.push(segment);
        }
        segment.entries.append(entry);
        file.rows += 1;
      }
      this.#pending = [];
      this.#pendingBytes = 0;
      if (file.rows >= this.#cycle.maxRowsPerFile) await this.#complete(file);
    });
  }

  async finish(): Promise<NewFile[]> {
    await this.flush();
    const open = this.#open;
    // A profile may have left out every row.
    if (open && open.rows > 0) await this.#orDiskFull(() => this.#complete(open));
    else await open?.writer.abort();
    this.#open = undefined;
    const files = this.#files;
    this.#files = [];
    return files;
  }

  async abort(): Promise<void> {
    this.#pending = [];
    await this.#open?.writer.abort();
    this.#open = undefined;
    for (const { file } of this.#files)
      await rm(join(this.#cycle.stagingDirectory, file.name), { force: true });
    this.#files = [];
  }

  async #create(): Promise<OpenFile> {
    const path = join(this.#cycle.stagingDirectory, `${randomUUID()}.tmp`);
    const { identity, keys } = this.#cycle;
    const writer = await DataFileWriter.create(path, fileOptionsOf(identity, keys));
    return { writer, segments: [], rows: 0 };
  }

  async #complete({ writer, segments }: OpenFile): Promise<void> {
    const { stagingDirectory, clock, oddities } = this.#cycle;
    const written = await writer.finish();
    this.#open = undefined;
    const file = manifestFileOf(written, clock());
    await rename(written.path, join(stagingDirectory, file.name));
    for (const kind of ODDITY_KINDS)
      if (written.oddities[kind] > 0)
        oddities[kind] = (oddities[kind] ?? 0) + written.oddities[kind];
    this.#files.push({
      file,
      blockList: written.blockList,
      segments: segments.map(({ entries, ...segment }): NewSegment => {
        return { ...segment, entries: entries.bytes() };
      }),
    });
  }

  async #orDiskFull<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw diskFullOr(error, this.#cycle.stagingDirectory);
    }
  }
}
