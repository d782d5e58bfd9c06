import { manifestKey } from '@data-universe/dataset';
import { isStorageError, sha256OfStream } from '@data-universe/storage-core';
import type { Cycle } from './cycle.ts';

/**
 * Whether the dataset in the store is the one the ledger knows: it has the ledger's newest manifest and
 * none after it. Two small requests.
 */
export async function isHeadCurrent(cycle: Cycle): Promise<boolean> {
  const { sequence, manifestSha256 } = cycle.ledger.head;
  if (sequence > 0 && (await sha256OfManifest(cycle, sequence)) !== manifestSha256) return false;
  return (await sha256OfManifest(cycle, sequence + 1)) === undefined;
}

async function sha256OfManifest(
  { backend, prefix, signal }: Cycle,
  sequence: number,
): Promise<string | undefined> {
  const key = manifestKey(prefix, sequence);
  try {
    const info = await backend.head(key, { signal });
    return info.sha256 ?? (await sha256OfStream((await backend.get(key, { signal })).body));
  } catch (error) {
    if (isStorageError(error, 'NotFound')) return undefined;
    throw error;
  }
}
