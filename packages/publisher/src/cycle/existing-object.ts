import {
  isStorageError,
  type ObjectKey,
  type Receipt,
  type Sha256,
  type StorageBackend,
  sha256OfStream,
} from '@data-universe/storage-core';
import { PublisherError } from '../errors.ts';

interface Expected {
  readonly key: ObjectKey;
  readonly size: number;
  readonly sha256: Sha256;
}

type StoredObject = 'absent' | 'other' | Receipt;

/** Whether the store has an object, and whether it is the expected one, byte for byte. */
export async function findObject(
  backend: StorageBackend,
  { key, size, sha256 }: Expected,
  signal?: AbortSignal,
): Promise<StoredObject> {
  try {
    const info = await backend.head(key, { signal });
    if (info.size !== size) return 'other';
    const stored = info.sha256 ?? (await sha256OfStream((await backend.get(key, { signal })).body));
    return stored === sha256 ? { ...info, sha256 } : 'other';
  } catch (error) {
    if (isStorageError(error, 'NotFound')) return 'absent';
    throw error;
  }
}

export function conflict(key: ObjectKey, cause?: unknown): PublisherError {
  return new PublisherError({
    code: 'Conflict',
    message: `The store holds another object at ${key} than this publisher was going to write: someone else publishes with this hotkey, or has written there. Stop the other publisher (or remove an object that is not yours), then run again`,
    cause,
  });
}
