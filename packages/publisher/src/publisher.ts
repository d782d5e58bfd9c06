import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Signer } from '@data-universe/core-auth';
import {
  datasetPrefix,
  encodedColumns,
  manifestKey,
  type PrivacyKeys,
  type SourceName,
  sourceId,
} from '@data-universe/dataset';
import type { StorageBackend } from '@data-universe/storage-core';
import { isHeadCurrent } from './cycle/check-head.ts';
import { compact } from './cycle/compact.ts';
import type { Cycle, CycleStep } from './cycle/cycle.ts';
import { conflict } from './cycle/existing-object.ts';
import { Lock } from './cycle/lock.ts';
import type { Compaction } from './cycle/next-merge.ts';
import { RateLimit } from './cycle/rate-limit.ts';
import { rebuildLedger, setLedgerAside } from './cycle/rebuild-ledger.ts';
import { totalsOf } from './cycle/record-intent.ts';
import { recover } from './cycle/recover.ts';
import { countChanges, publishChanges } from './cycle/run-cycle.ts';
import { restrict } from './cycle/window.ts';
import { type DatabaseFile, databaseFileAt, isReplaced } from './database/database-file.ts';
import { MinerDatabase } from './database/miner-database.ts';
import { openDatabase } from './database/open-database.ts';
import { isPublisherError } from './errors.ts';
import type { DatasetIdentity } from './ledger/dataset-identity.ts';
import { Ledger } from './ledger/ledger.ts';
import { RowDigest } from './ledger/row-digest.ts';
import {
  type LeftOut,
  noCounts,
  noHours,
  type PublishProgress,
  type PublishReport,
} from './report.ts';
import { lastRunNote, ledgerPathOf, type PublisherStatus, publisherStatus } from './status.ts';
import { TimeLeft } from './time-left.ts';

export interface PublisherOptions {
  /** The miner's SQLite file; read, never written. */
  readonly databasePath: string;
  /** For ledger, lock and staging files; one for each destination. */
  readonly stateDirectory: string;
  readonly source: SourceName;
  /** What of a row is published; `encoded`, for a public place, hides usernames and URLs. */
  readonly profile: 'raw' | 'encoded';
  /** Of the profile `encoded`, which needs them. */
  readonly keys?: PrivacyKeys | undefined;
  readonly backend: StorageBackend;
  readonly signer: Signer;
  readonly network: string;
  readonly netuid: number;
  /** Rows the miner deleted: `mirror` (default) takes them out of the dataset, `keep` leaves them. */
  readonly deletedRows?: 'mirror' | 'keep' | undefined;
  /** Default 250,000. */
  readonly maxRowsPerFile?: number | undefined;
  /** Bounds the staging folder; default 8. */
  readonly maxFilesPerCommit?: number | undefined;
  /**
   * That read the database and write files at once; 1: the publisher's own. Each takes some 150 MB.
   * Default: 2, where there are as many cores.
   */
  readonly threads?: number | undefined;
  /** How small files are merged; false: they are not. */
  readonly compaction?: Compaction | false | undefined;
  /** Takes rows of days before the last so many (UTC) out of the dataset; default: none. */
  readonly retentionDays?: number | undefined;
  /** At most so many rows: the newest, by whole hours. Default: no limit. */
  readonly maxRows?: number | undefined;
  /** At most so many bytes of content, likewise. */
  readonly maxBytes?: number | undefined;
  /** Bytes a second that all uploads together may send; default: no limit. */
  readonly bytesPerSecond?: number | undefined;
  /** Objects sent at once; default 4. */
  readonly concurrency?: number | undefined;
  /** How long to wait for a locked database, milliseconds; default 5,000. */
  readonly busyTimeoutMs?: number | undefined;
  readonly clock?: (() => Date) | undefined;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Ends the run, without an error, once the file that is being written is published. */
  readonly stop?: AbortSignal | undefined;
  /** Compares every row; without it a row replaced by one of equal uri, label and size goes unseen. */
  readonly fullScan?: boolean | undefined;
  /** Counts what would be sent, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  readonly onProgress?: ((progress: PublishProgress) => void) | undefined;
  /** Called, and awaited, before each step; what it throws ends the run there. */
  readonly onStep?: ((step: CycleStep) => void | Promise<void>) | undefined;
}

/** Within the memory that a publisher may take. */
const DEFAULT_THREADS = 2;

const WHOLE_NUMBERS = [
  'maxRowsPerFile',
  'maxFilesPerCommit',
  'threads',
  'retentionDays',
  'maxRows',
  'maxBytes',
  'bytesPerSecond',
  'concurrency',
] as const;

/** Publishes one source of a miner's database to one destination. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #identity: DatasetIdentity;
  readonly #directory: string;
  readonly #ledgerPath: string;
  #running: Promise<unknown> | undefined;

  /** Checks options and database, and creates nothing yet. Throws PublisherError, RangeError. */
  static async open(options: PublisherOptions): Promise<Publisher> {
    for (const name of WHOLE_NUMBERS) {
      const value = options[name];
      if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
        throw new RangeError(`${name} is a whole number of at least 1, not ${value}`);
    }
    if (options.profile === 'encoded') {
      if (options.keys === undefined) throw new RangeError('the profile encoded needs keys');
      if (encodedColumns(options.source) === undefined)
        throw new RangeError(`the source ${options.source} has no public form`);
    }
    openDatabase(options.databasePath, options.busyTimeoutMs).connection.close();
    return new Publisher(options);
  }

  private constructor(options: PublisherOptions) {
    const { source, profile, signer, network, netuid } = options;
    this.#options = options;
    this.#identity = { hotkey: signer.address, network, netuid, source, profile };
    this.#directory = join(options.stateDirectory, source);
    this.#ledgerPath = ledgerPathOf(options.stateDirectory, source);
  }

  /**
   * Brings the dataset up to the database. A run that fails or is killed leaves a valid dataset, and the
   * next one continues. Throws PublisherError, StorageError.
   */
  async run(options: RunOptions = {}): Promise<PublishReport> {
    const run = options.dryRun ? this.#dryRun(options) : this.#lockedRun(options);
    this.#running = run.catch(() => undefined);
    return run;
  }

  /** From the ledger, without network. Throws PublisherError ForeignLedger, LedgerCorrupt. */
  status(): PublisherStatus {
    return publisherStatus(this.#options.stateDirectory, this.#identity);
  }

  /** Waits for a run that is under way. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #lockedRun(options: RunOptions): Promise<PublishReport> {
    const lock = Lock.acquire(this.#directory);
    try {
      const warnings: string[] = [];
      try {
        return await this.#runOnce(options, warnings);
      } catch (error) {
        if (!isPublisherError(error, 'LedgerCorrupt')) throw error;
        warnings.push('The ledger was damaged; it was rebuilt from the destination');
        await setLedgerAside(this.#ledgerPath);
        return await this.#runOnce(options, warnings);
      }
    } finally {
      lock.release();
    }
  }

  async #runOnce(options: RunOptions, warnings: string[]): Promise<PublishReport> {
    const started = performance.now();
    const { database, cycle } = this.#prepare(options, warnings);
    let ledger: Ledger | undefined;
    try {
      ledger = existsSync(this.#ledgerPath)
        ? Ledger.open(this.#ledgerPath, this.#identity)
        : await this.#rebuild(cycle);
      const sequenceBefore = ledger.head.sequence;
      await recover(cycle(ledger));
      ledger = await this.#inSync(cycle, ledger, warnings);
      const done = cycle(ledger);
      const leftOut = await restrict(done, this.#options);
      const file = databaseFileAt(database.path);
      await publishChanges(done, comparesAll(done, file, options));
      const { compaction = {}, profile } = this.#options;
      // Rows of the public form are not read back: nobody could tell which they were.
      if (compaction && profile === 'raw') await compact(done, compaction);
      const report = this.#report(done, { sequenceBefore, started, dryRun: false, leftOut });
      ledger.lastRun = lastRunNote(report, done.clock());
      if (!report.stopped) ledger.database = file;
      return report;
    } finally {
      ledger?.close();
      database.close();
    }
  }

  async #dryRun(options: RunOptions): Promise<PublishReport> {
    const started = performance.now();
    const warnings: string[] = [];
    const { database, cycle } = this.#prepare(options, warnings);
    let ledger: Ledger | undefined;
    try {
      ledger = existsSync(this.#ledgerPath)
        ? Ledger.open(this.#ledgerPath, this.#identity, { readonly: true })
        : Ledger.create(':memory:', this.#identity);
      if (!existsSync(this.#ledgerPath))
        warnings.push('There is no ledger yet, so every row counts as new');
      if (ledger.intents.pending())
        warnings.push('A commit of an earlier run is pending; its rows count as new here');
      const sequenceBefore = ledger.head.sequence;
      const done = cycle(ledger);
      const leftOut = await restrict(done, this.#options);
      await countChanges(done, comparesAll(done, databaseFileAt(database.path), options));
      return this.#report(done, { sequenceBefore, started, dryRun: true, leftOut });
    } finally {
      ledger?.close();
      database.close();
    }
  }

  /** What a run needs; the ledger comes last, because it may be replaced by a rebuilt one. */
  #prepare(options: RunOptions, warnings: string[]) {
    const { source, backend, signer, databasePath, busyTimeoutMs } = this.#options;
    const database = new MinerDatabase(databasePath, sourceId(source), busyTimeoutMs);
    if (!database.hasBucketIndex)
      warnings.push(
        'The database has no index on (timeBucketId, source, label, contentSizeBytes): each run reads the whole table',
      );
    let state: PublishProgress = {
      phase: 'scan',
      rowsDone: 0,
      rowsTotal: 0,
      bytesDone: 0,
      bytesTotal: 0,
      bucketsDone: 0,
      secondsLeft: null,
    };
    const { bytesPerSecond } = this.#options;
    const timeLeft = new TimeLeft();
    const base: Omit<Cycle, 'ledger' | 'digest'> = {
      identity: this.#identity,
      prefix: datasetPrefix(source, signer.address),
      stagingDirectory: join(this.#directory, 'staging'),
      database,
      backend,
      signer,
      deletedRows: this.#options.deletedRows ?? 'mirror',
      maxRowsPerFile: this.#options.maxRowsPerFile ?? 250_000,
      maxFilesPerCommit: this.#options.maxFilesPerCommit ?? 8,
      keys: this.#options.keys,
      threads: this.#options.threads ?? Math.min(DEFAULT_THREADS, availableParallelism()),
      busyTimeoutMs,
      concurrency: this.#options.concurrency ?? 4,
      rateLimit: bytesPerSecond === undefined ? undefined : new RateLimit(bytesPerSecond),
      clock: this.#options.clock ?? (() => new Date()),
      signal: options.signal,
      stop: options.stop,
      counts: noCounts(),
      hours: noHours(),
      retired: [],
      oddities: {},
      warnings,
      onStep: options.onStep,
      progress: (change) => {
        state = { ...state, ...change };
        state = { ...state, secondsLeft: timeLeft.of(state) };
        options.onProgress?.(state);
      },
    };
    const cycle: CycleOf = (ledger) => ({ ...base, ledger, digest: new RowDigest(ledger.salt) });
    return { database, cycle: Object.assign(cycle, { base }) };
  }

  #rebuild({ base }: { readonly base: Omit<Cycle, 'ledger' | 'digest'> }): Promise<Ledger> {
    return rebuildLedger({ ...base, path: this.#ledgerPath });
  }

  /** The ledger, or the one rebuilt because the store holds another dataset than it knows. */
  async #inSync(
    cycle: CycleOf & { readonly base: Omit<Cycle, 'ledger' | 'digest'> },
    ledger: Ledger,
    warnings: string[],
  ): Promise<Ledger> {
    if (await isHeadCurrent(cycle(ledger))) return ledger;
    warnings.push('The destination holds another dataset than the ledger knows; it was read anew');
    ledger.close();
    await setLedgerAside(this.#ledgerPath);
    const rebuilt = await this.#rebuild(cycle);
    const current = await isHeadCurrent(cycle(rebuilt));
    if (current) return rebuilt;
    const { sequence } = rebuilt.head;
    rebuilt.close();
    throw conflict(manifestKey(cycle.base.prefix, sequence + 1));
  }

  #report(
    { counts, hours, retired, stop, oddities, warnings, ledger, identity }: Cycle,
    run: { sequenceBefore: number; started: number; dryRun: boolean; leftOut: LeftOut },
  ): PublishReport {
    return {
      source: identity.source,
      dryRun: run.dryRun,
      sequenceBefore: run.sequenceBefore,
      sequenceAfter: ledger.head.sequence,
      ...counts,
      hours,
      leftOut: run.leftOut,
      retired,
      stopped: stop?.aborted === true,
      rowsPublished: counts.rowsAdded + counts.rowsReplaced + counts.rowsRecovered,
      totals: totalsOf(ledger.published.files()),
      oddities,
      warnings,
      seconds: (performance.now() - run.started) / 1000,
    };
  }
}

/** Another file may hold other bytes under the same uri, label and size, which fingerprints don't see. */
function comparesAll(
  { ledger, warnings }: Cycle,
  file: DatabaseFile,
  { fullScan = false }: RunOptions,
): boolean {
  const before = ledger.database;
  if (before === undefined || !isReplaced(before, file)) return fullScan;
  warnings.push(
    'The database is another file than the one published last (a restored copy?): every row is compared',
  );
  return true;
}

type CycleOf = (ledger: Ledger) => Cycle;
