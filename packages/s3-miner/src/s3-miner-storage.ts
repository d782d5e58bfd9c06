import { join } from 'node:path';
import { CredentialsClient, type Signer } from '@data-universe/core-auth';
import { SOURCE_NAMES, type SourceName } from '@data-universe/dataset';
import {
  describeDatabase,
  isPublisherError,
  Publisher,
  type PublisherOptions,
  type PublisherStatus,
  type PublishReport,
  publisherStatus,
} from '@data-universe/publisher';
import {
  type ExpectedStore,
  FileUploadJournal,
  openGrantedStore,
  S3Backend,
  type S3Settings,
} from '@data-universe/s3-core';
import { MemoryBackend } from '@data-universe/storage-core';
import { CREDENTIALS_PHASE, type UploadProgress } from './upload-progress.ts';
import { type SourceOutcome, type UploadReport, uploadReport } from './upload-report.ts';

export interface S3MinerOptions {
  /** The miner's SQLite file; only ever read. */
  readonly database: string;
  /** Ledgers and staging files of this destination, on a local disk. */
  readonly stateDirectory: string;
  readonly signer: Signer;
  readonly network: string;
  readonly netuid: number;
  readonly authEndpoint: string;
  /** Where the operator expects the data to go; a grant for elsewhere is refused. */
  readonly store?: ExpectedStore | undefined;
  /** How to deal with a store other than Amazon's; uploads are noted in the state directory anyway. */
  readonly storeSettings?: Omit<S3Settings, 'uploadJournal'> | undefined;
  /** What becomes of published rows that the miner deletes. Default `mirror`: they go too. */
  readonly deletedRows?: 'mirror' | 'keep' | undefined;
  /** What is published of the database, how it is merged, and how fast it is sent. */
  readonly publishing?: PublishingOptions | undefined;
}

export type PublishingOptions = Pick<
  PublisherOptions,
  'retentionDays' | 'maxRows' | 'maxBytes' | 'bytesPerSecond' | 'concurrency' | 'compaction'
>;

export interface UploadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Ends the upload, without an error, once the file that is being written is published. */
  readonly stop?: AbortSignal | undefined;
  /** Compare every row instead of trusting the fingerprints of the time buckets. */
  readonly fullScan?: boolean | undefined;
  /** Plan only: nothing is published. */
  readonly dryRun?: boolean | undefined;
  readonly onProgress?: ((source: SourceName, progress: UploadProgress) => void) | undefined;
}

/** Publishes a miner's database to S3 with credentials earned by its hotkey. */
export class S3MinerStorage {
  readonly #options: S3MinerOptions;
  readonly #credentials: CredentialsClient;

  /** Throws AccessError where the endpoint is neither https nor this machine. */
  constructor(options: S3MinerOptions) {
    this.#options = options;
    this.#credentials = new CredentialsClient(options);
  }

  /**
   * Publishes what is new, replaced or gone since the last run, source by source. A source that
   * fails is in the report with its error and the next run completes it; an abort, and a database
   * that can't be read, are thrown.
   */
  async uploadData(options: UploadOptions = {}): Promise<UploadReport> {
    const { signal, dryRun = false } = options;
    const { database, signer } = this.#options;
    const { sources } = describeDatabase(database);
    // What was published of a source goes with its last row: the ledgers know of sources the database has lost.
    const wanted = SOURCE_NAMES.filter(
      (source) => sources.some(({ name }) => name === source) || this.#wasPublished(source),
    );

    const outcomes: SourceOutcome[] = [];
    for (const source of wanted) {
      if (options.stop?.aborted) break;
      try {
        outcomes.push({ source, ok: true, report: await this.#publish(source, options) });
      } catch (error) {
        if (signal?.aborted === true || !(error instanceof Error)) throw error;
        outcomes.push({ source, ok: false, error });
      }
    }
    const unsupported = sources
      .filter(({ name }) => name === undefined)
      .map(({ id, rows }) => ({ source: id, rows }));
    const stopped = options.stop?.aborted === true;
    return uploadReport(signer.address, { dryRun, stopped }, outcomes, unsupported);
  }

  /** What the ledgers say was published; the network is not asked. Throws PublisherError. */
  status(): readonly PublisherStatus[] {
    return SOURCE_NAMES.map((source) => this.#statusOf(source)).filter(isBegun);
  }

  /** A ledger that can't be read counts: publishing is what rebuilds it, or says what is wrong. */
  #wasPublished(source: SourceName): boolean {
    try {
      return isBegun(this.#statusOf(source));
    } catch (error) {
      if (isPublisherError(error)) return true;
      throw error;
    }
  }

  #statusOf(source: SourceName): PublisherStatus {
    const { stateDirectory, signer, network, netuid } = this.#options;
    const identity = { hotkey: signer.address, network, netuid, source, profile: 'raw' } as const;
    return publisherStatus(stateDirectory, identity);
  }

  async #publish(
    source: SourceName,
    { signal, stop, fullScan, dryRun = false, onProgress }: UploadOptions,
  ): Promise<PublishReport> {
    const { database, stateDirectory, signer, network, netuid, deletedRows, publishing } =
      this.#options;
    if (!dryRun) onProgress?.(source, CREDENTIALS_PHASE);
    // A dry run asks the ledger alone.
    const backend = dryRun ? new MemoryBackend() : await this.#openStore(source, signal);
    try {
      const publisher = await Publisher.open({
        databasePath: database,
        stateDirectory,
        source,
        profile: 'raw',
        backend,
        signer,
        network,
        netuid,
        deletedRows,
        ...publishing,
      });
      const report = await publisher.run({
        signal,
        stop,
        fullScan,
        dryRun,
        onProgress: (progress) => onProgress?.(source, progress),
      });
      return backend instanceof S3Backend ? await swept(backend, report, signal) : report;
    } finally {
      if (backend instanceof S3Backend) backend.close();
    }
  }

  #openStore(source: SourceName, signal: AbortSignal | undefined): Promise<S3Backend> {
    const { stateDirectory, store, storeSettings } = this.#options;
    const uploadJournal = new FileUploadJournal(join(stateDirectory, source, 'uploads'));
    return openGrantedStore(
      this.#credentials,
      { action: 'upload', source },
      { expected: store, settings: { ...storeSettings, uploadJournal }, signal },
    );
  }
}

/** Frees what uploads that nobody will finish take up in the store. */
async function swept(
  backend: S3Backend,
  report: PublishReport,
  signal: AbortSignal | undefined,
): Promise<PublishReport> {
  const { failed } = await backend.sweepUploads({ signal });
  if (failed.length === 0) return report;
  const warning = `${failed.length} unfinished uploads could not be removed from the store; the next run tries again`;
  return { ...report, warnings: [...report.warnings, warning] };
}

function isBegun({ sequence, pendingSequence }: PublisherStatus): boolean {
  return sequence > 0 || pendingSequence !== null;
}
