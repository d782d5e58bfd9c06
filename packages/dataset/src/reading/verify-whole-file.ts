import { createHash } from 'node:crypto';
import { type KeyPrefix, keyUnder, type StorageBackend } from '@data-universe/storage-core';
import { IntegrityError } from '../integrity-error.ts';
import type { ManifestFile } from '../manifest.ts';

/** Reads all of a file and checks size and SHA-256. Throws IntegrityError, StorageError. */
export async function verifyWholeFile(
  backend: StorageBackend,
  dataset: KeyPrefix,
  file: ManifestFile,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { body } = await backend.get(keyUnder(dataset, file.name), options);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > file.size) break;
    hash.update(chunk);
  }
  if (size !== file.size)
    throw new IntegrityError(
      file.name,
      `has ${size > file.size ? 'more' : 'less'} than the ${file.size} bytes signed for`,
    );
  if (hash.digest('hex') !== file.sha256)
    throw new IntegrityError(file.name, 'its bytes are not the ones that were signed');
}
