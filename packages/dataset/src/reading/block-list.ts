import { type KeyPrefix, type StorageBackend, sha256Of } from '@data-universe/storage-core';
import { DataFileError } from '../data-file-error.ts';
import { IntegrityError } from '../integrity-error.ts';
import { blockListKey } from '../layout.ts';
import type { ManifestFile } from '../manifest.ts';
import { readBounded } from './read-bounded.ts';

export const HASH_BYTES = 32;
/** Of the list: a file of 128 GiB in blocks of 64 KiB. */
const MAX_BLOCK_LIST_BYTES = 64 * 1024 * 1024;

/**
 * The hashes of a file's blocks, checked against the manifest. Throws IntegrityError, DataFileError,
 * StorageError.
 */
export async function readBlockList(
  backend: StorageBackend,
  dataset: KeyPrefix,
  file: ManifestFile,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const expected = Math.ceil(file.size / file.block_size) * HASH_BYTES;
  if (expected > MAX_BLOCK_LIST_BYTES)
    throw new DataFileError('TooLarge', file.name, `a block list of ${expected} bytes`);
  const { body } = await backend.get(blockListKey(dataset, file.block_list), { signal });
  const bytes = await readBounded(body, expected);
  if (bytes?.byteLength !== expected)
    throw new IntegrityError(file.name, `its block list does not have ${expected} bytes`);
  if (sha256Of(bytes) !== file.block_list)
    throw new IntegrityError(file.name, 'its block list is not the one the manifest names');
  return bytes;
}
