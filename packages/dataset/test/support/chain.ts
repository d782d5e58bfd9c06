import { canonicalJson, signValue } from '@data-universe/core-auth';
import { bytesSource, MemoryBackend, type Sha256, sha256Of } from '@data-universe/storage-core';
import {
  applyManifest,
  type DatasetChange,
  type DatasetState,
  dataFileName,
  datasetPrefix,
  emptyDataset,
  MANIFEST_DOMAIN,
  type ManifestFile,
  type ManifestMeta,
  manifestKey,
  nextManifest,
  signManifest,
  type UnsignedManifest,
  verifyManifest,
} from '../../src/index.ts';
import { alice, WRITTEN_AT } from './published.ts';

export const identity = {
  hotkey: alice.address,
  source: 'x',
  network: 'test',
  netuid: 13,
} as const;
export const meta: ManifestMeta = { ...identity, profile: 'raw', createdAt: WRITTEN_AT };
export const dataset = datasetPrefix('x', alice.address);

/** A data file that exists in manifests alone. */
export function listed(number: number, rows = 10): ManifestFile {
  const sha256 = sha256Of(Buffer.from(`file ${number}`));
  return {
    name: dataFileName(WRITTEN_AT, rows, sha256),
    size: 1000 + number,
    sha256,
    rows,
    time_start: 0,
    time_end: 3600,
    bucket_start: 0,
    bucket_end: 1,
    block_size: 65_536,
    block_list: sha256Of(Buffer.from(`blocks ${number}`)),
  };
}

export const nothing: DatasetChange = { added: [], removed: [], masked: [] };

/** A chain of commits, signed and in a store. */
export class Chain {
  readonly backend = new MemoryBackend();
  readonly commits: Uint8Array[] = [];
  state: DatasetState = emptyDataset();

  async commit(change: Partial<DatasetChange>, more: Partial<ManifestMeta> = {}): Promise<void> {
    const unsigned = nextManifest(this.state, { ...nothing, ...change }, { ...meta, ...more });
    const bytes = signManifest(unsigned, alice);
    this.state = applyManifest(this.state, verifyManifest(bytes, identity), sha256Of(bytes));
    this.commits.push(bytes);
    await this.put(unsigned.sequence, bytes);
  }

  put(sequence: number, bytes: Uint8Array) {
    const sha256: Sha256 = sha256Of(bytes);
    const key = manifestKey(dataset, sequence);
    return this.backend.put(key, bytesSource(bytes), { sha256, ifExists: 'replace' });
  }
}

/** Signs whatever it is given, as a malicious hotkey would. */
export function signAnything(value: object): Uint8Array {
  const signature = signValue(MANIFEST_DOMAIN, value, alice);
  return Buffer.from(canonicalJson({ ...value, signature }));
}

export function firstManifest(changes: Partial<UnsignedManifest> = {}): UnsignedManifest {
  const first = nextManifest(emptyDataset(), { ...nothing, added: [listed(1)] }, meta);
  return { ...first, ...changes };
}
