import { CredentialsClient, type HotkeyAddress, type Signer } from '@data-universe/core-auth';
import {
  type DataEntity,
  type DatasetState,
  datasetPrefix,
  loadDataset,
  openDataFile,
  readEntities,
  SOURCE_NAMES,
  type SourceName,
} from '@data-universe/dataset';
import { type ExpectedStore, openGrantedStore, type S3Backend } from '@data-universe/s3-core';
import { type DateRange, isWithin, mayHoldRange } from './date-range.ts';
import { type MinerFile, minerFileOf } from './miner-file.ts';
import { type MinerStats, minerStats, type SourceStats, sourceStats } from './miner-stats.ts';

export interface S3ValidatorOptions {
  readonly signer: Signer;
  readonly network: string;
  readonly netuid: number;
  readonly authEndpoint: string;
  /** Where the operator expects the data to be; a grant for elsewhere is refused. */
  readonly store?: ExpectedStore | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ReadMinerData extends CallOptions {
  readonly minerHotkey: HotkeyAddress;
  readonly source: SourceName;
  readonly dateRange?: DateRange | undefined;
  /** Labels as the entities have them; null for those that have none. */
  readonly labels?: readonly (string | null)[] | undefined;
  /** Stop after so many. */
  readonly maxEntities?: number | undefined;
}

/** Where a URI was found, or that no source of the miner holds it. */
export type UriFinding =
  | { readonly uri: string; readonly present: false }
  | {
      readonly uri: string;
      readonly present: true;
      readonly source: SourceName;
      readonly entity: DataEntity;
    };

/**
 * What a validator asks of a miner's data in S3. Every byte it answers from was checked against the
 * miner's signed manifest. Errors: AccessError (no credentials), StorageError (no store),
 * ManifestError, IntegrityError and DataFileError (the data is not what the miner signed).
 */
export class S3ValidatorStorage {
  readonly #options: S3ValidatorOptions;
  readonly #credentials: CredentialsClient;

  constructor(options: S3ValidatorOptions) {
    this.#options = options;
    this.#credentials = new CredentialsClient(options);
  }

  /** The data files of a miner, oldest first. */
  async readMinerFiles(
    minerHotkey: HotkeyAddress,
    options: CallOptions & { readonly source?: SourceName | undefined } = {},
  ): Promise<readonly MinerFile[]> {
    const { source, signal } = options;
    return this.#withStore(minerHotkey, signal, async (store) => {
      const files: MinerFile[] = [];
      for (const name of source === undefined ? SOURCE_NAMES : [source]) {
        const dataset = datasetPrefix(name, minerHotkey);
        const state = await this.#load(store, minerHotkey, name, signal);
        for (const file of state.files.values()) files.push(minerFileOf(name, dataset, file));
      }
      return files.sort((a, b) => a.timeStart.getTime() - b.timeStart.getTime());
    });
  }

  /** Entities equal to the miner's rows, in the order of the files' times. Holds them all: see streamMinerData. */
  async readMinerData(query: ReadMinerData): Promise<readonly DataEntity[]> {
    const entities: DataEntity[] = [];
    for await (const batch of this.streamMinerData(query)) entities.push(...batch);
    return entities;
  }

  /** As readMinerData, a row group at a time. */
  async *streamMinerData(query: ReadMinerData): AsyncIterable<readonly DataEntity[]> {
    const { minerHotkey, source, dateRange, labels, signal } = query;
    let left = query.maxEntities ?? Number.POSITIVE_INFINITY;
    const store = await this.#open(minerHotkey, signal);
    try {
      const dataset = datasetPrefix(source, minerHotkey);
      const state = await this.#load(store, minerHotkey, source, signal);
      const files = [...state.files.values()]
        .filter(({ file }) => dateRange === undefined || mayHoldRange(file, dateRange))
        .sort((a, b) => a.file.time_start - b.file.time_start);
      for (const { file, masked } of files) {
        if (left <= 0) return;
        const opened = await openDataFile(store, dataset, file, { signal });
        for await (const batch of readEntities(opened, { source, masked, labels, signal })) {
          const wanted = dateRange ? batch.filter((entity) => isWithin(entity, dateRange)) : batch;
          const cut = wanted.slice(0, left);
          if (cut.length > 0) yield cut;
          left -= cut.length;
          if (left <= 0) return;
        }
      }
    } finally {
      store.close();
    }
  }

  /** Which of these the miner holds, with what it holds; in the order asked. */
  async validateMinerData(
    minerHotkey: HotkeyAddress,
    uris: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<readonly UriFinding[]> {
    const found = new Map<string, UriFinding>();
    const missing = new Set(uris);
    for (const source of SOURCE_NAMES) {
      if (missing.size === 0) break;
      for await (const batch of this.streamMinerData({ minerHotkey, source, signal })) {
        for (const entity of batch) {
          if (!missing.delete(entity.uri)) continue;
          found.set(entity.uri, { uri: entity.uri, present: true, source, entity });
        }
        if (missing.size === 0) break;
      }
    }
    return uris.map((uri) => found.get(uri) ?? { uri, present: false });
  }

  /** Sizes and spans, from the manifest alone. */
  async getMinerStats(
    minerHotkey: HotkeyAddress,
    { signal }: CallOptions = {},
  ): Promise<MinerStats> {
    return this.#withStore(minerHotkey, signal, async (store) => {
      const sources: SourceStats[] = [];
      for (const source of SOURCE_NAMES) {
        const state = await this.#load(store, minerHotkey, source, signal);
        if (state.sequence > 0) sources.push(sourceStats(source, state));
      }
      return minerStats(minerHotkey, sources);
    });
  }

  #load(
    store: S3Backend,
    hotkey: HotkeyAddress,
    source: SourceName,
    signal: AbortSignal | undefined,
  ): Promise<DatasetState> {
    const { network, netuid } = this.#options;
    return loadDataset(store, { hotkey, source, network, netuid, signal });
  }

  #open(minerHotkey: HotkeyAddress, signal: AbortSignal | undefined): Promise<S3Backend> {
    return openGrantedStore(
      this.#credentials,
      { action: 'read', minerHotkey },
      { expected: this.#options.store, signal },
    );
  }

  async #withStore<T>(
    minerHotkey: HotkeyAddress,
    signal: AbortSignal | undefined,
    use: (store: S3Backend) => Promise<T>,
  ): Promise<T> {
    const store = await this.#open(minerHotkey, signal);
    try {
      return await use(store);
    } finally {
      store.close();
    }
  }
}
