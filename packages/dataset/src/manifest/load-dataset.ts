import {
  isStorageError,
  type KeyPrefix,
  type Sha256,
  type StorageBackend,
  sha256Of,
} from '@data-universe/storage-core';
import { datasetPrefix, manifestKey, manifestPrefix, parseManifestKey } from '../layout.ts';
import type { Manifest } from '../manifest.ts';
import { readBounded } from '../reading/read-bounded.ts';
import {
  applyManifest,
  type DatasetState,
  emptyDataset,
  stateFromCheckpoint,
} from './dataset-state.ts';
import { ManifestError } from './manifest-error.ts';
import { MAX_COMMITS_BACK } from './next-manifest.ts';
import { MAX_MANIFEST_BYTES } from './sign-manifest.ts';
import { type DatasetIdentity, verifyManifest } from './verify-manifest.ts';

/** How many objects that are no manifest of this dataset may lie on top of the newest that is. */
const MAX_REJECTED = 16;
/** Of all manifests from the newest back to its checkpoint. */
const MAX_CHAIN_BYTES = 8 * MAX_MANIFEST_BYTES;

export interface LoadDatasetOptions extends DatasetIdentity {
  readonly signal?: AbortSignal | undefined;
}

/** An object under a manifest's key, newer than the state, that the hotkey did not sign as such. */
export interface RejectedManifest {
  readonly sequence: number;
  readonly error: ManifestError;
}

export interface LoadedDataset extends DatasetState {
  /** Newest first; not empty means that someone else wrote there. */
  readonly rejected: readonly RejectedManifest[];
}

interface Link {
  readonly manifest: Manifest;
  readonly sha256: Sha256;
}

/**
 * What a hotkey publishes of a source: the newest commit it signed, and those before it back to a
 * checkpoint, each checked against the hash the next one names. Without any manifest the dataset is
 * empty. Throws ManifestError where a signed chain is broken or no manifest is valid, StorageError
 * where the store could not be read.
 */
export async function loadDataset(
  backend: StorageBackend,
  options: LoadDatasetOptions,
): Promise<LoadedDataset> {
  const reader = new ChainReader(backend, options);
  const rejected: RejectedManifest[] = [];
  for (const sequence of await newestSequences(backend, options)) {
    const head = await reader.read(sequence);
    if (!(head instanceof ManifestError)) return { ...(await stateAt(reader, head)), rejected };
    rejected.push({ sequence, error: head });
  }
  const newest = rejected[0];
  // Nothing valid among much that isn't: an empty dataset would hide it.
  if (newest !== undefined) throw newest.error;
  return { ...emptyDataset(), rejected };
}

/** The highest numbers in the listing, descending. */
async function newestSequences(
  backend: StorageBackend,
  { source, hotkey, signal }: LoadDatasetOptions,
): Promise<number[]> {
  const dataset = datasetPrefix(source, hotkey);
  const prefix = manifestPrefix(dataset);
  let newest: number[] = [];
  for await (const { key } of backend.list(prefix, { signal })) {
    const sequence = parseManifestKey(dataset, key);
    if (sequence !== undefined && sequence > 0)
      newest = [...newest.slice(1 - MAX_REJECTED), sequence];
    // Keys come in order: behind the digits there are only block lists.
    else if (key.slice(prefix.length) > ':') break;
  }
  return newest.reverse();
}

/** Goes back to a checkpoint, or to the first commit, and forward again. */
async function stateAt(reader: ChainReader, head: Link): Promise<DatasetState> {
  const chain = [head];
  let { manifest } = head;
  while (manifest.checkpoint === null && manifest.sequence > 1) {
    if (chain.length > MAX_COMMITS_BACK)
      throw new ManifestError('TooLarge', `no checkpoint in ${chain.length} commits`);
    const link = await reader.read(manifest.sequence - 1);
    if (link instanceof ManifestError)
      throw new ManifestError(
        'BrokenChain',
        `before manifest ${manifest.sequence}: ${link.message}`,
        link,
      );
    if (link.sha256 !== manifest.previous)
      throw new ManifestError(
        'BrokenChain',
        `manifest ${manifest.sequence} follows another manifest ${link.manifest.sequence} than the one in the store`,
      );
    chain.push(link);
    ({ manifest } = link);
  }
  const [first, ...rest] = chain.reverse() as [Link, ...Link[]];
  const { checkpoint } = first.manifest;
  let state =
    checkpoint === null || first.manifest.sequence === 1
      ? applyManifest(emptyDataset(), first.manifest, first.sha256)
      : stateFromCheckpoint(first.manifest, checkpoint, first.sha256);
  for (const link of rest) state = applyManifest(state, link.manifest, link.sha256);
  return state;
}

/** Fetches and verifies manifests one at a time, within a budget of bytes. */
class ChainReader {
  readonly #backend: StorageBackend;
  readonly #options: LoadDatasetOptions;
  readonly #dataset: KeyPrefix;
  #budget = MAX_CHAIN_BYTES;

  constructor(backend: StorageBackend, options: LoadDatasetOptions) {
    this.#backend = backend;
    this.#options = options;
    this.#dataset = datasetPrefix(options.source, options.hotkey);
  }

  /** What is wrong with the object comes back as a value, what is wrong with the store is thrown. */
  async read(sequence: number): Promise<Link | ManifestError> {
    const { signal } = this.#options;
    const key = manifestKey(this.#dataset, sequence);
    try {
      const { body } = await this.#backend.get(key, { signal });
      const bytes = await readBounded(body, Math.min(MAX_MANIFEST_BYTES, this.#budget));
      if (bytes === undefined) return new ManifestError('TooLarge', `manifest ${sequence}`);
      this.#budget -= bytes.byteLength;
      const manifest = verifyManifest(bytes, { ...this.#options, sequence });
      return { manifest, sha256: sha256Of(bytes) };
    } catch (error) {
      if (error instanceof ManifestError) return error;
      if (isStorageError(error, 'NotFound'))
        return new ManifestError('BrokenChain', `manifest ${sequence} is missing`, error);
      throw error;
    }
  }
}
