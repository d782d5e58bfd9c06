import { CredentialsClient, type HotkeyAddress, type Signer } from '@data-universe/core-auth';
import {
  type DataEntity,
  datasetPrefix,
  type LoadedDataset,
  loadDataset,
  SOURCE_NAMES,
  type SourceName,
} from '@data-universe/dataset';
import {
  type ExpectedStore,
  openGrantedStore,
  type S3Backend,
  type S3Settings,
} from '@data-universe/s3-core';
import { type UriFinding, UriSearch } from './find-uris.ts';
import { type MinerFile, minerFileOf } from './miner-file.ts';
import { type MinerStats, minerStats, type SourceStats, sourceStats } from './miner-stats.ts';
import { assertQuery, entitiesOf, inOrder, type ReadMinerData } from './read-miner-data.ts';

export interface S3ValidatorOptions {
  readonly signer: Signer;
  readonly network: string;
  readonly netuid: number;
  readonly authEndpoint: string;
  /** Where the operator expects the data to be; a grant for elsewhere is refused. */
  readonly store?: ExpectedStore | undefined;
  /** How to deal with a store other than Amazon's. */
  readonly storeSettings?: Omit<S3Settings, 'uploadJournal'> | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a validator asks of a miner's data in S3. Every byte it answers from was checked against the
 * miner's signed manifest; a miner that has published nothing is empty, and no error. Errors:
 * AccessError (no credentials), StorageError (no store, a file missing from it), ManifestError,
 * IntegrityError and DataFileError (the data is not what the miner signed), QueryError.
 */
export class S3ValidatorStorage {
  readonly #options: S3ValidatorOptions;
  readonly #credentials: CredentialsClient;

  /** Throws AccessError where the endpoint is neither https nor this machine. */
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
        for (const file of inOrder(state.files.values()))
          files.push(minerFileOf(name, dataset, file));
      }
      return files.sort((a, b) => a.timeStart.getTime() - b.timeStart.getTime());
    });
  }

  /** Entities equal to the miner's rows, in the order of the files' times. Holds them all: see streamMinerData. */
  async readMinerData(query: ReadMinerData): Promise<readonly DataEntity[]> {
    const entities: DataEntity[] = [];
    for await (const batch of this.streamMinerData(query))
      for (const entity of batch) entities.push(entity);
    return entities;
  }

  /** As readMinerData, a row group at a time: that much is held in memory. */
  async *streamMinerData(query: ReadMinerData): AsyncIterable<readonly DataEntity[]> {
    assertQuery(query);
    const { minerHotkey, source, signal } = query;
    const store = await this.#open(minerHotkey, signal);
    try {
      const state = await this.#load(store, minerHotkey, source, signal);
      yield* entitiesOf(store, state, query);
    } finally {
      store.close();
    }
  }

  /**
   * Which of these URIs the miner holds, with what it holds; in the order asked. Reads the miner's
   * data file by file until all are found: a URI that is absent costs all of it.
   */
  async validateMinerData(
    minerHotkey: HotkeyAddress,
    uris: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<readonly UriFinding[]> {
    const search = new UriSearch(uris);
    if (search.done) return [];
    return this.#withStore(minerHotkey, signal, async (store) => {
      for (const source of SOURCE_NAMES) {
        const state = await this.#load(store, minerHotkey, source, signal);
        for await (const batch of entitiesOf(store, state, { minerHotkey, source, signal })) {
          search.see(source, batch);
          if (search.done) return search.findings();
        }
      }
      return search.findings();
    });
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
  ): Promise<LoadedDataset> {
    const { network, netuid } = this.#options;
    return loadDataset(store, { hotkey, source, network, netuid, signal });
  }

  #open(minerHotkey: HotkeyAddress, signal: AbortSignal | undefined): Promise<S3Backend> {
    const { store, storeSettings } = this.#options;
    return openGrantedStore(
      this.#credentials,
      { action: 'read', minerHotkey },
      { expected: store, settings: storeSettings, signal },
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
